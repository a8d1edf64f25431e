#!/usr/bin/env python3
"""One training step of a model, compiled by iarc against PyTorch eager, in one run.

usage: torch_eager.py MODEL [--network NAME] [--threads N] [--rounds R]

MODEL is the program compiled from examples/cisformer_expressive.iarc or, with --network causal_mlp,
from examples/causal_mlp.iarc; PyTorch computes the latter with one dense masked matrix a layer over
all positions and features, the fastest way found. The rounds alternate
between the two, so that both meet the same machine; PyTorch is tried with 1 and with N threads and
its best median counts. Needs python3-torch and libopenblas0-pthread.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("--network", choices=["cisformer", "causal_mlp"], default="cisformer")
parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
parser.add_argument("--rounds", type=int, default=5)
options = parser.parse_args()
import torch

T, D, BATCH, SYMBOLS = 24, 20, 200, 16
distance = torch.arange(T)[:, None] - torch.arange(T)[None, :]
torch.manual_seed(1)


class Cisformer:
    H, LAYERS = 4, 12

    def __init__(self):
        def weight(*shape):
            return (0.1 * torch.randn(self.LAYERS, T, *shape)).requires_grad_()

        self.query, self.key, self.value = (weight(D, D) for _ in range(3))
        self.w1, self.w2 = weight(4 * D, D), weight(D, 4 * D)
        self.weights = [self.query, self.key, self.value, self.w1, self.w2]
        slopes = torch.tensor([2.0 ** (-8 * (h + 1) / self.H) for h in range(self.H)])
        self.decay = torch.where(distance >= 0, torch.exp(-slopes[:, None, None] * distance),
                                 torch.zeros(()))

    @staticmethod
    def place(x, w):  # one matrix a position, as one batched product
        return torch.bmm(x.transpose(0, 1), w.transpose(1, 2)).transpose(0, 1)

    def __call__(self, x):
        place, heads = self.place, self.H
        for layer in range(self.LAYERS):
            q, k, v = (place(x, w[layer]).reshape(BATCH, T, heads, D // heads).transpose(1, 2)
                       for w in (self.query, self.key, self.value))
            z = q @ k.transpose(2, 3) / (D / heads) ** 0.5
            a = z * z / (1 + z * z) * self.decay
            a = a / (1e-3 + a.sum(-1, keepdim=True))
            x = x + (a @ v).transpose(1, 2).reshape(BATCH, T, D)
            x = x + place(torch.relu(place(x, self.w1[layer])), self.w2[layer])
        return x


class CausalMlp:
    LAYERS = 16

    def __init__(self):
        deviation = 0.3 / (D * torch.arange(1, T + 1)) ** 0.5
        self.matrix = (deviation[:, None, None, None] *
                       torch.randn(self.LAYERS, T, D, T, D)).requires_grad_()
        self.bias = torch.zeros(self.LAYERS, T * D, requires_grad=True)
        self.mask = (distance >= 0)[:, None, :, None].float()
        self.weights = [self.matrix, self.bias]

    def __call__(self, x):
        for layer in range(self.LAYERS):
            h = torch.nn.functional.layer_norm(x, (D,)).flatten(1)
            w = (self.matrix[layer] * self.mask).reshape(T * D, T * D)
            y = torch.addmm(self.bias[layer], h, w.T).reshape(x.shape)
            x = x + (torch.relu(y) if layer + 1 < self.LAYERS else y)
        return x


network = {"cisformer": Cisformer, "causal_mlp": CausalMlp}[options.network]()
optimiser = torch.optim.SGD(network.weights, lr=0.02, momentum=0.8)


def step(x, target):
    x = network(x)
    loss = torch.nn.functional.cross_entropy(x[:, -1, :SYMBOLS], target)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()


x = torch.randn(BATCH, T, D)
target = torch.randint(SYMBOLS, (BATCH,))


def torch_milliseconds(threads, steps=10):
    torch.set_num_threads(threads)
    step(x, target)
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        step(x, target)
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times)


def iarc_figures():
    done = subprocess.run([options.model, "bench", "--steps", "50", "--json", "--threads",
                           str(options.threads)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"torch_eager.py: {options.model} bench failed: {done.stderr}")
    return json.loads(done.stdout)


iarc, fractions, eager = [], [], {1: [], options.threads: []}
for _ in range(options.rounds):
    figures = iarc_figures()
    iarc.append(figures["ms_per_step"])
    fractions.append(figures["fraction_of_peak"])
    for threads in eager:
        eager[threads].append(torch_milliseconds(threads))
best = min(eager, key=lambda threads: statistics.median(eager[threads]))
mine, theirs = statistics.median(iarc), statistics.median(eager[best])
print(f"iarc           {mine:7.1f} ms a step, {options.threads} threads, "
      f"{statistics.median(fractions):.3f} of the FMA peak")
print(f"PyTorch eager  {theirs:7.1f} ms a step, {best} threads, version {torch.__version__}")
print(f"ratio          {theirs / mine:7.1f}")
