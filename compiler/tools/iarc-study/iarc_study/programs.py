"""Models become programs, each once: a cache by what the program is made of."""
import hashlib
import json
import os
import platform
import shutil
import subprocess

from . import processes
from .messages import INTERNAL_ERROR, StudyError
from .store import HOST


def processor():
    """The processor's name and a hash of what it can, since programs are made for it."""
    name, abilities = platform.machine(), ""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            for line in file:
                key, _, value = line.partition(":")
                if key.strip() == "model name":
                    name = value.strip()
                elif key.strip() == "flags":
                    abilities = value.strip()
                if not line.strip():
                    break
    except OSError:
        pass
    return name, hashlib.sha256((name + abilities).encode()).hexdigest()[:8]


class Compiler:
    """iarcc as it lies beside this tool."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "iarcc")
        if not os.access(self.path, os.X_OK):
            raise StudyError(f"there is no iarcc beside this tool, in '{folder}'",
                             hint="call iarc-study where iarc was built or installed")
        prefix = os.path.dirname(os.path.dirname(os.path.realpath(self.path)))
        self.library = [os.path.join(prefix, "lib", "iarc")]
        try:
            shown = subprocess.run([self.path, "--version"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, check=True)
        except (OSError, subprocess.CalledProcessError) as problem:
            raise StudyError(f"cannot run '{self.path}': {problem}") from problem
        self.version = shown.stdout.split()[-1]
        self.cpu, cpu_hash = processor()
        hasher = hashlib.sha256(cpu_hash.encode())
        for file in (self.path, os.path.join(prefix, "lib", "libiarcrt.a")):
            try:
                with open(file, "rb") as stream:
                    hasher.update(stream.read())
            except OSError:
                pass
        self.identity = hasher.hexdigest()[:16]

    def command(self, file, parameters, *more):
        command = [self.path]
        for name, value in sorted(parameters.items()):
            command += ["-D", f"{name}={value}"]
        return [*command, *more, file]


class Programs:
    """The compiled programs of a results folder."""

    def __init__(self, compiler, sources, folder):
        self.compiler, self.sources, self.folder = compiler, sources, folder
        self.infos = {}

    def clean(self):
        """Removes what compilations of ended processes of this machine left behind."""
        for name in os.listdir(self.folder):
            _, dot, owner = name.partition(".")
            host, _, number = owner.rpartition(".")
            if dot and host == HOST and number.isdigit() and not processes.alive(int(number)):
                shutil.rmtree(os.path.join(self.folder, name), ignore_errors=True)

    def _name(self, variant):
        file, parameters = variant
        source = self.sources.hash(file, dict(parameters).values())
        content = json.dumps([source, parameters, self.compiler.identity])
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def identity(self, variant):
        """What tells its program from others."""
        return self._name(variant)

    def place(self, variant):
        return os.path.join(self.folder, self._name(variant))

    def checked(self, variant):
        """Whether this very model was found right before."""
        try:
            place = self.place(variant)
        except StudyError:
            return False  # iarcc says what is wrong with the file
        return os.path.exists(place) or os.path.exists(place + ".ok")

    def start_check(self, variant):
        """Starts the front end on a model; what it prints is the complaint."""
        file, parameters = variant
        return processes.start(
            self.compiler.command(os.path.relpath(file), dict(parameters), "--emit=iarc"),
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")

    def mark_checked(self, variant):
        try:
            with open(self.place(variant) + ".ok", "w", encoding="utf-8"):
                pass
        except (OSError, StudyError):
            pass  # it is checked again

    def start_compile(self, variant):
        """Starts the compiler; `finish_compile` puts the program into its place."""
        file, parameters = variant
        place = f"{self.place(variant)}.{HOST}.{os.getpid()}"
        shutil.rmtree(place, ignore_errors=True)
        os.makedirs(place)
        name = os.path.join(place, os.path.splitext(os.path.basename(file))[0])
        # To a file: a pipe that nobody reads while the compiler runs holds it up when it is full.
        with open(os.path.join(place, "compiler.txt"), "wb") as said:
            process = processes.start(self.compiler.command(file, dict(parameters), "-o", name),
                                      stdout=said, stderr=subprocess.STDOUT)
        return process, place, name

    def finish_compile(self, variant, process, place, name):
        if process.wait() != 0:
            with open(os.path.join(place, "compiler.txt"), encoding="utf-8", errors="replace") as file:
                said = file.read()
            shutil.rmtree(place, ignore_errors=True)
            raise StudyError(f"'{variant[0]}' was not compiled:\n{said.rstrip()}",
                             process.returncode if process.returncode in (4, 5) else INTERNAL_ERROR)
        try:
            info = subprocess.run([name, "info", "--json"], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, check=True).stdout
            with open(os.path.join(place, "info.json"), "wb") as file:
                file.write(info)
            os.remove(os.path.join(place, "compiler.txt"))
            os.rename(place, self.place(variant))
        except (OSError, subprocess.CalledProcessError) as problem:
            shutil.rmtree(place, ignore_errors=True)
            if not os.path.isdir(self.place(variant)):  # unless another process was faster
                raise StudyError(f"the program of '{variant[0]}' cannot be used: {problem}"
                                 ) from problem

    def ready(self, variant):
        return os.path.isfile(os.path.join(self.place(variant), "info.json"))

    def program(self, variant):
        file = variant[0]
        return os.path.join(self.place(variant), os.path.splitext(os.path.basename(file))[0])

    def info(self, variant):
        """What `info --json` of the program says."""
        name = self._name(variant)
        if name not in self.infos:
            path = os.path.join(self.folder, name, "info.json")
            try:
                with open(path, encoding="utf-8") as file:
                    self.infos[name] = json.load(file)
            except (OSError, ValueError) as problem:
                raise StudyError(f"cannot read '{path}': {problem}",
                                 hint="remove its folder; the model is then compiled again"
                                 ) from problem
        return self.infos[name]
