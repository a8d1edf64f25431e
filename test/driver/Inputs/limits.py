"""limits.py MODEL FOLDER: iarcc where the system allows it little: it does all of its work or says what was missing."""
import os
import resource
import subprocess
import sys


def run(folder, limits, *command, **more):
    """Status and error output under the limits, pairs of a resource and its value."""
    def restrict():
        for which, value in limits:
            resource.setrlimit(which, (value, value))
        if more.get("user"):
            os.setgroups([])
            os.setgid(more["user"])
            os.setuid(more["user"])
    done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          errors="replace", preexec_fn=restrict, env={**os.environ, "TMPDIR": folder})
    return done.returncode, done.stderr


def expect(condition, *what):
    if not condition:
        sys.exit(" ".join(str(each) for each in what))


def check_memory(model, folder):
    """Every amount of memory gives the whole library or the error; the libraries need some to be loaded."""
    command = ("iarcc", "--emit=library", model, "-o", "l.a")
    expect(run(folder, [], *command)[0] == 0, "the library is not made")
    path = os.path.join(folder, "l.a")
    with open(path, "rb") as file:
        whole = file.read()
    refused = 0
    for mebibytes in range(250, 850, 75):
        os.remove(path) if os.path.exists(path) else None
        status, said = run(folder, [(resource.RLIMIT_AS, mebibytes << 20)], *command)
        if status == 0:
            with open(path, "rb") as file:
                expect(file.read() == whole, f"{mebibytes} MiB: another library")
        elif status != 127: # the loader's own
            expect(status == 4 and "iarcc: error: out of memory\niarcc: hint:" in said, mebibytes, "MiB:", status, said)
            refused += 1
    expect(refused, "no limit was too low")
    print("memory ok, too little was refused")


def check_files(model, folder):
    before = set(os.listdir(folder))
    for command in ("-o", "p"), ("--emit=llvm", "-o", "p.ll"), ("--emit=library", "-o", "p.so"), ("--emit=library", "-o", "p.a"):
        status, said = run(folder, [(resource.RLIMIT_FSIZE, 100 << 10)], "iarcc", model, *command)
        expect(status == 4 and "iarcc: error: cannot" in said and "PLEASE" not in said, command, status, said)
        expect("too large" in said or "a file may have 102400 bytes here at most" in said, said)
    expect(set(os.listdir(folder)) == before, "files are left:", os.listdir(folder))
    print("files ok")


def check_threads(model, folder):
    """Without a thread of its own it works on the one that it has. Root has no such limit."""
    user = 65534 if os.getuid() == 0 else None
    if user:
        os.chmod(folder, 0o777)
    if run(folder, [], "iarcc", "--emit=llvm", model, "-o", "t.ll", user=user)[0] != 0:
        return print("threads: no other user may run iarcc here")
    for count in 1, 2, 3, 4, 6:
        status, said = run(folder, [(resource.RLIMIT_NPROC, count)], "iarcc", model, "-o", "t", user=user)
        expect(status == 0 or (status == 4 and "cannot link" in said), count, "threads:", status, said)
    print("threads ok")


model, folder = sys.argv[1:]
check_memory(model, folder)
check_files(model, folder)
check_threads(model, folder)
