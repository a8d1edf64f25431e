"""Compiled models: from a cell to its program, what that says of itself, its timings."""
import json
import os
import subprocess
import sys

from . import BenchError

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.append(os.path.join(ROOT, "test", "compiler", "numerics", "Inputs"))
import tensors  # noqa: E402  reads what the programs write

MOST_BYTES, MOST_MS = 4 << 30, 5000
VERIFIED_STEPS = 3
DIVERGED = 3  # exit status of a program whose loss is not finite
SMALL_RATE = "1e-6"  # at which nothing diverges that is finite to begin with


class Skipped(Exception):
    """The cell is not measured, for the reason given."""


class Program:
    """The cell's model, compiled with `flags` beside its parameters."""

    def __init__(self, iarcc, cell, folder, flags=()):
        self.cell, self.folder, self.flags = cell, folder, flags
        self.path = os.path.join(folder, "-".join(["model", *flags]))
        if cell.group == "paper":  # the very example
            command = [iarcc, os.path.join(ROOT, "examples", cell.network + ".iarc")]
        else:
            command = [iarcc, os.path.join(ROOT, "test", "bench", "Inputs", cell.kind + ".iarc")]
            for name, value in cell.parameters().items():
                command += ["-D", f"{name}={value}"]
        command += flags
        try:
            done = subprocess.run([*command, "-o", self.path], capture_output=True, text=True)
        except OSError as error:
            raise BenchError(f"{iarcc} cannot be run: {error.strerror}",
                             "give the path of iarcc, such as build/bin/iarcc", 2) from None
        if done.returncode:
            raise BenchError(f"{cell.name}: {' '.join(command)} failed:\n{done.stderr.strip()}")
        self.info = self._json("info", "--batch", str(cell.batch))
        weights = 4 * self.info["total_weights"]
        self.bytes = self.info["workspace_bytes"] + 2 * weights
        if self.bytes > MOST_BYTES:
            raise Skipped(f"needs over 4 GiB ({self.bytes / 2**30:.1f})")

    @property
    def threads(self):
        return self.cell.threads or len(os.sched_getaffinity(0))

    def _run(self, *arguments, timeout=None):
        done = subprocess.run([self.path, *arguments], capture_output=True, text=True,
                              timeout=timeout)
        if done.returncode == DIVERGED:
            raise Skipped("diverges at this size")
        if done.returncode:
            raise BenchError(f"{self.cell.name}: the program's {arguments[0]} failed with status "
                             f"{done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def _json(self, *arguments, timeout=None):
        return json.loads(self._run(*arguments, "--json", timeout=timeout))

    def bench(self, steps):
        """Figures of `bench`; raises Skipped where a step takes over 5 s."""
        arguments = ["bench", "--steps", str(steps), "--threads", str(self.threads),
                     "--batch", str(self.cell.batch)]
        timeout = (steps + 8) * MOST_MS / 1000
        try:
            try:
                figures = self._json(*arguments, timeout=timeout)
            except Skipped:  # of few samples the declared rate is too large; the work is the same
                figures = self._json(*arguments, "--rate", SMALL_RATE, timeout=timeout)
        except subprocess.TimeoutExpired:
            raise Skipped("takes over 5 s a step") from None
        if figures["ms_per_step"] > MOST_MS:
            raise Skipped("takes over 5 s a step")
        return figures

    def fits(self, peak):
        """Raises Skipped where the operations alone take over 5 s at the peak, in GFLOP/s."""
        if self.info["product_flop_per_step"] / (1e9 * peak) > MOST_MS / 1000:
            raise Skipped("takes over 5 s a step")

    def weights_and_batch(self):
        """Files of the initial weights and of the first batch."""
        weights, batch = (os.path.join(self.folder, name) for name in ("weights", "batch"))
        self._run("train", "--quiet", "--steps", "0", "--evaluate-windows", "0",
                  "--weights-out", weights)
        self._run("batch", "--step", "0", "--batch", str(self.cell.batch), "--out", batch)
        return weights, batch

    def losses(self, weights, batch):
        """The loss before the first, second and third update on one batch."""
        out, later = (os.path.join(self.folder, name) for name in ("gradients", "later"))
        losses = []
        for step in range(VERIFIED_STEPS):
            if step:
                self._run("step", "--weights", weights, "--batch", batch, "--steps", str(step),
                          "--out-weights", later)
            self._run("gradients", "--weights", later if step else weights, "--batch", batch,
                      "--out", out)
            losses.append(tensors.read(out)["loss"][2][0])
        return losses
