"""Trains a transformer of PyTorch's own modules and imports it.

import_torch.py PROGRAM FOLDER: PROGRAM is theirs.iarc, compiled. Batches come from it; the trained modules are written
with PyTorch's names, imported by a map, and give the same logits on windows that neither has seen.
"""
import os
import subprocess
import sys

import torch
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "numerics", "Inputs"))
import tensors  # noqa: E402

program, folder = sys.argv[1:]
SYMBOLS, CONTROLS, WIDTH, HEADS, LAYERS = 8, 4, 12, 3, 2


def run(*words):
    subprocess.run([program, *words], check=True)


def read_batch(step, samples):
    path = os.path.join(folder, f"batch-{step}")
    run("batch", "--step", str(step), "--batch", str(samples), "--out", path)
    found = tensors.read(path)
    symbols, controls = (torch.tensor(list(found[name][2])).reshape(found[name][1])
                         for name in ("symbols", "controls"))
    window = symbols[:, :-1]
    hot = torch.cat([nn.functional.one_hot(window, SYMBOLS),
                     nn.functional.one_hot(controls + 1, CONTROLS + 1)[..., 1:]], -1).float()
    return path, hot, symbols[:, 1:]


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.LayerNorm(WIDTH, elementwise_affine=False)
        self.norm2 = nn.LayerNorm(WIDTH, elementwise_affine=False)
        self.attention = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(), nn.Linear(2 * WIDTH, WIDTH))

    def forward(self, x):
        n = self.norm1(x)
        mask = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
        x = x + self.attention(n, n, n, attn_mask=mask, need_weights=False)[0]
        return x + self.mlp(self.norm2(x))


class Theirs(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(SYMBOLS + CONTROLS, WIDTH)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH, elementwise_affine=False)
        self.head = nn.Parameter(torch.randn(WIDTH, SYMBOLS) / 4)  # [in, out]: to be transposed

    def forward(self, x):
        x = self.embed(x)
        for layer in self.layers:
            x = layer(x)
        return self.norm(x) @ self.head


torch.manual_seed(1)
torch.set_num_threads(1)
model = Theirs()
optimiser = torch.optim.Adam(model.parameters(), 3e-3)
losses = []
_, inputs, targets = read_batch(0, 400)
for step in range(150):
    loss = nn.functional.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    losses.append(loss.item())
assert losses[-1] < 0.9 * losses[0], losses[::30]

tensors.write(os.path.join(folder, "theirs"),
              {name: ("F32", list(value.shape), value.flatten().tolist())
               for name, value in model.state_dict().items()})
lines = ["# PyTorch's names", "embed = embed.weight", "embed_bias = embed.bias", "",
         "readout = head transpose   # stored [in, out]"]
for l in range(LAYERS):
    for part, name in enumerate(("query", "key", "value")):
        rows = f"[{part * WIDTH}:{(part + 1) * WIDTH}]"
        lines += [f"{name}[{l}] = layers.{l}.attention.in_proj_weight{rows}",
                  f"{name}_bias[{l}] = layers.{l}.attention.in_proj_bias{rows}"]
    for ours, theirs in (("out", "attention.out_proj"), ("w1", "mlp.0"), ("w2", "mlp.2")):
        lines += [f"{ours}[{l}] = layers.{l}.{theirs}.weight", f"{ours}_bias[{l}] = layers.{l}.{theirs}.bias"]
with open(os.path.join(folder, "names"), "w", encoding="utf-8") as file:
    file.write("\n".join(lines) + "\n")

ours = os.path.join(folder, "ours")
run("import", "--from", os.path.join(folder, "theirs"), "--weight-map", os.path.join(folder, "names"), "--out", ours)
batch, inputs, _ = read_batch(7, 64)
run("predict", "--weights", ours, "--batch", batch, "--out", os.path.join(folder, "logits"))
_, shape, values = tensors.read(os.path.join(folder, "logits"))["logits"]
with torch.no_grad():
    expected = model.eval()(inputs)
actual = torch.tensor(list(values)).reshape(shape)
worst = (actual - expected).abs().max().item() / expected.abs().max().item()
assert worst < 1e-5, worst
print(f"{actual.numel()} logits agree to {worst:.1e} of the largest")
