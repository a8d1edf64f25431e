"""One row: a cell's program and its peers, timed in turn in one run."""
import datetime
import hashlib
import os
import shlex
import signal
import subprocess
import tempfile
from contextlib import ExitStack, contextmanager

from . import say
from .peers import PEERS, PeerFailed, Worker, check_size
from .programs import Program, Skipped

TRY_SECONDS = 0.5
# What may be the faster program, by how much memory the processor has near.
SETTINGS = (("--memory", "normal"), ("--memory", "low"))


@contextmanager
def beside(command):
    """Runs `command`, such as one that stops other work of the machine, meanwhile."""
    if not command:
        yield
        return
    process = subprocess.Popen(shlex.split(command), start_new_session=True)
    try:
        yield
    finally:
        try:
            os.killpg(process.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass  # it ended by itself
        process.wait()


def processor():
    """Its name and, as machines that are lent out share names, its model."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            said = dict(line.split(":", 1) for line in file.read().split("\n\n")[0].splitlines()
                        if ":" in line)
    except OSError:
        return "unknown"
    said = {name.strip(): value.strip() for name, value in said.items()}
    name = said.get("model name", "unknown")
    return f"{name} (model {said['model']})" if "model" in said else name


def compiler(iarcc):
    """Its version and the digest of its file."""
    version = subprocess.run([iarcc, "--version"], capture_output=True, text=True).stdout.split()
    with open(iarcc, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()[:12]
    return f"{version[-1] if version else '?'} ({digest})"


class Row:
    """Measures a cell. `forms`: {peer: the form to take}, else every form is tried."""

    def __init__(self, options, cell, pythons, forms, log):
        self.options, self.cell, self.pythons = options, cell, pythons
        self.forms, self.log = forms, log

    def measure(self):
        """The record of the row."""
        record = {"cell": self.cell.name, "digest": self.cell.digest, "peers": {},
                  "when": datetime.datetime.now().isoformat(timespec="minutes"),
                  "processor": processor(), "cores": len(os.sched_getaffinity(0)),
                  "iarcc": compiler(self.options.iarcc), "seconds": self.options.seconds}
        with tempfile.TemporaryDirectory() as folder, ExitStack() as workers:
            try:
                self._measure(record, folder, workers)
            except Skipped as reason:
                record.pop("iarc", None)
                record["skipped"] = str(reason)
        return record

    def _measure(self, record, folder, workers):
        program, figures, tried = self._choose_program(folder)
        steps = self._steps(figures, self.options.seconds)
        files = expected = None
        chosen = {}
        for name, python in self.pythons.items():
            try:
                check_size(self.cell, program.info)
                if files is None:
                    files = program.weights_and_batch()
                    expected = program.losses(*files)
                chosen[name] = self._choose(record, PEERS[name], python, program, files, expected,
                                            workers)
            except PeerFailed as reason:
                record["peers"][name] = {"skipped": str(reason)}
        iarc = record["iarc"] = {
            "ms": [], "fraction": [], "peak": [], "threads": program.threads,
            "product_flop": program.info["product_flop_per_step"], "bytes": program.bytes,
            "form": " ".join(program.flags), "tried": tried}
        with beside(self.options.beside):
            for _ in range(self.options.rounds):
                figures = program.bench(steps)
                iarc["ms"].append(figures["ms_per_step"])
                iarc["fraction"].append(figures["fraction_of_peak"])
                iarc["peak"].append(figures["peak_gflop_per_second"])
                for name, worker in list(chosen.items()):
                    try:
                        answer = worker.time(self.options.seconds)
                    except PeerFailed as reason:
                        record["peers"][name] = {"skipped": str(reason)}
                        del chosen[name]
                        continue
                    record["peers"][name]["ms"].append(answer["ms"])
                    record["peers"][name]["mib"] = answer["mib"]

    @staticmethod
    def _steps(figures, seconds):
        return max(2, min(500, round(1000 * seconds / figures["ms_per_step"])))

    def _choose_program(self, folder):
        """The program of the best setting, its figures and {setting: ms a step}."""
        best, tried = None, {}
        for flags in SETTINGS if self.cell.tries_settings else [()]:
            program = Program(self.options.iarcc, self.cell, folder, flags)
            figures = program.bench(1)
            program.fits(figures["peak_gflop_per_second"])
            if flags:
                with beside(self.options.beside):
                    figures = program.bench(self._steps(figures, TRY_SECONDS))
                tried[" ".join(flags)] = round(figures["ms_per_step"], 3)
            if best is None or figures["ms_per_step"] < best[1]["ms_per_step"]:
                best = program, figures
        return *best, tried

    def _choose(self, record, peer, python, program, files, expected, workers):
        """The worker with the best number of threads and form; the others are ended. `workers`
        ends whatever is left, however the row ends."""
        best, best_ms, tried, reasons, version = None, None, {}, [], ""
        for threads in sorted({1, program.threads}):
            def start():
                worker = Worker(peer, python, threads, self.cell, *files, self.log)
                workers.callback(worker.close)
                return worker
            worker = start()
            try:
                forms = [self.forms[peer.name]] if peer.name in self.forms else worker.forms()
            except PeerFailed:
                worker.close()
                raise
            for form in forms:
                worker = worker or start()
                key = f"{form}, {threads} thread{'s' if threads > 1 else ''}"
                try:
                    # Where nothing is compiled that is a few steps, which busy cores make slow.
                    with beside("" if peer.worker == "torch_compile" else self.options.beside):
                        version = worker.build(form, expected)["version"]
                    with beside(self.options.beside):
                        ms = worker.time(TRY_SECONDS)["ms"]
                except PeerFailed as reason:
                    tried[key] = str(reason)
                    reasons.append(str(reason))
                    worker.close()
                    worker = None
                    continue
                tried[key] = round(ms, 3)
                say(f"{self.cell.name}: {peer.name}, {key}: {ms:.2f} ms")
                if best is None or ms < best_ms:
                    if best:
                        best.close()
                    best, best_ms = worker, ms
                    record["peers"][peer.name] = {"ms": [], "form": form, "threads": threads}
                else:
                    worker.close()
                worker = None
        if best is None:
            raise PeerFailed(reasons[0])
        record["peers"][peer.name].update(version=version, tried=tried)
        return best
