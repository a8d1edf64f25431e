#!/usr/bin/env python3
"""One training step of the flagship, compiled by iarc against PyTorch eager, in one run.

usage: torch_eager.py MODEL [--threads N] [--rounds R]

MODEL is the program compiled from examples/cisformer_expressive.iarc. The rounds alternate
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
parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
parser.add_argument("--rounds", type=int, default=5)
options = parser.parse_args()
import torch

T, D, H, LAYERS, BATCH, SYMBOLS = 24, 20, 4, 12, 200, 16
torch.manual_seed(1)


def weight(*shape):
    return (0.1 * torch.randn(LAYERS, T, *shape)).requires_grad_()


query, key, value = (weight(D, D) for _ in range(3))
w1, w2 = weight(4 * D, D), weight(D, 4 * D)
optimiser = torch.optim.SGD([query, key, value, w1, w2], lr=0.02, momentum=0.8)
slopes = torch.tensor([2.0 ** (-8 * (h + 1) / H) for h in range(H)])
distance = torch.arange(T)[:, None] - torch.arange(T)[None, :]
decay = torch.where(distance >= 0, torch.exp(-slopes[:, None, None] * distance), torch.zeros(()))


def place(x, w):  # one matrix a position, as one batched product
    return torch.bmm(x.transpose(0, 1), w.transpose(1, 2)).transpose(0, 1)


def step(x, target):
    for layer in range(LAYERS):
        q, k, v = (place(x, w[layer]).reshape(BATCH, T, H, D // H).transpose(1, 2)
                   for w in (query, key, value))
        z = q @ k.transpose(2, 3) / (D / H) ** 0.5
        a = z * z / (1 + z * z) * decay
        a = a / (1e-3 + a.sum(-1, keepdim=True))
        x = x + (a @ v).transpose(1, 2).reshape(BATCH, T, D)
        x = x + place(torch.relu(place(x, w1[layer])), w2[layer])
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
