"""The peers: who they are, where their Python is, the process that computes for them."""
import json
import math
import os
import select
import subprocess
from dataclasses import dataclass

from . import BenchError
from .programs import MOST_BYTES, MOST_MS, ROOT

WORKER = os.path.join(ROOT, "test", "bench", "peers", "worker.py")
HOME = os.path.join("~", ".cache", "iarc-bench")
_PYPI_TORCH = f"python3 -m venv {HOME}/torch && {HOME}/torch/bin/pip install torch numpy"
BUILD_SECONDS = 300


@dataclass(frozen=True)
class Peer:
    name: str
    label: str
    module: str     # what its Python must be able to import
    worker: str     # the first argument of worker.py
    python: str     # where it is looked for
    install: str

    def interpreter(self, given):
        """The path of its Python, or None where the peer is not installed. Raises BenchError
        where the user named one that cannot serve."""
        named = given.get(self.name) or os.environ.get(f"IARC_BENCH_{self.name.upper()}")
        path = os.path.expanduser(named or self.python)
        try:
            done = subprocess.run([path, "-c", f"import {self.module}, numpy"],
                                  capture_output=True, text=True)
        except OSError as error:
            if named:
                raise BenchError(f"the Python of {self.name}, {path}, cannot be run: "
                                 f"{error.strerror}", f"install it: {self.install}", 2) from None
            return None
        if done.returncode and named:
            raise BenchError(f"the Python of {self.name}, {path}, cannot import {self.module} "
                             "and numpy", f"install it: {self.install}", 2)
        return None if done.returncode else path


PEERS = {peer.name: peer for peer in [
    Peer("torch", "PyTorch eager, Debian's", "torch", "torch", "/usr/bin/python3",
         "apt-get install python3-torch libopenblas0-pthread"),
    Peer("torch_pypi", "PyTorch eager, PyPI's", "torch", "torch", f"{HOME}/torch/bin/python",
         _PYPI_TORCH),
    Peer("torch_compile", "torch.compile", "torch", "torch_compile", f"{HOME}/torch/bin/python",
         _PYPI_TORCH + ", and a C++ compiler"),
    Peer("jax", "JAX jit", "jax", "jax", f"{HOME}/jax/bin/python",
         f"python3 -m venv {HOME}/jax && {HOME}/jax/bin/pip install jax"),
]}


class PeerFailed(Exception):
    """The peer has no figure for this cell, for the reason given."""


def estimated_bytes(cell, info):
    """What a peer needs at least: four arrays of the weights' size (weight, momentum, gradient and
    what makes it) and what the backward pass reads again."""
    rows = cell.batch * cell.positions
    if cell.kind == "perceptron":
        weights = cell.layers * (cell.positions * cell.features) ** 2
        saved = cell.layers * rows * cell.features * 4
    else:
        weights = info["total_weights"]
        saved = cell.layers * (rows * cell.features * 12 + 3 * rows * cell.heads * cell.positions)
        if cell.kind == "lstm":
            saved = cell.layers * rows * cell.units * 8
    return 4 * (4 * weights + saved)


def check_size(cell, info):
    needed = estimated_bytes(cell, info)
    if needed > MOST_BYTES:
        raise PeerFailed(f"needs over 4 GiB ({needed / 2**30:.1f}, estimated)")


class Worker:
    """A process of worker.py for one cell; ends with `close`."""

    def __init__(self, peer, python, threads, cell, weights, batch, log):
        self.threads = threads
        settings = {"kind": cell.kind, "kernel": cell.kernel, "heads": cell.heads, "at": cell.at,
                    "features": cell.features, "subtasks": 4, "layers": cell.layers}
        self.cell = {"cell": settings, "weights": weights, "batch": batch}
        # GNU OpenMP spins for milliseconds at each of its many barriers unless told otherwise, which
        # on cores that are not all free makes a step ten times as long.
        environment = {"GOMP_SPINCOUNT": "2000", **os.environ, "OMP_NUM_THREADS": str(threads),
                       "OPENBLAS_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
        self.process = subprocess.Popen([python, WORKER, peer.worker, str(threads)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                                        text=True, env=environment)

    def _ask(self, limit, **request):
        """Raises PeerFailed where there is no answer in time or the answer is an error."""
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            ready, _, _ = select.select([self.process.stdout], [], [], limit)
            line = self.process.stdout.readline() if ready else None
        except OSError:
            line = ""
        if line is None:
            raise PeerFailed(f"not ready after {limit:.0f} s")
        if not line:
            raise PeerFailed(f"its process ended with status {self.process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise PeerFailed(answer["error"])
        return answer

    def forms(self):
        return self._ask(60, do="forms", **self.cell)["forms"]

    def build(self, form, expected):
        """Builds and compares the first losses with those of the compiled program."""
        answer = self._ask(BUILD_SECONDS, do="build", form=form, **self.cell)
        for mine, theirs in zip(expected, answer["losses"], strict=True):
            both_diverged = not math.isfinite(mine) and not math.isfinite(theirs)
            if not both_diverged and not abs(mine - theirs) <= 2e-3 * max(1, abs(mine)):
                raise PeerFailed(f"computes something else: losses {answer['losses']}, "
                                 f"iarc's are {expected}")
        return answer

    def time(self, seconds):
        answer = self._ask(10 * MOST_MS / 1000 + seconds, do="time", seconds=seconds)
        if answer["ms"] > MOST_MS:
            raise PeerFailed("takes over 5 s a step")
        return answer

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
