"""reference_rows.py WEIGHTS BATCH OUT: rows.iarc in PyTorch, in float64, from the equations of docs/language.md.

Writes loss, logits and gradients like the command `gradients` of a compiled program.
"""
import math
import os
import sys

import torch

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from reference import linear, load, slopes, write


def rms_norm(x, gain):
    return gain * x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-5)


def rope(x, size, base):
    """Pairs as complex numbers, turned by multiplication."""
    batch, positions, width = x.shape
    pairs = torch.view_as_complex(x.reshape(batch, positions, width // size, size // 2, 2).contiguous())
    angle = torch.arange(positions)[:, None] * base ** (-2.0 * torch.arange(size // 2).double() / size)
    turn = torch.polar(torch.ones_like(angle), angle)
    return torch.view_as_real(pairs * turn[:, None, :]).reshape(x.shape)


def column(number):
    """A learned number, of all positions or of each query."""
    return number.reshape(-1, 1)


def attend(q, k, v, w):
    positions, size = q.shape[1], 6
    distance = (torch.arange(positions)[:, None] - torch.arange(positions)[None, :]).double()
    hidden = distance < 0
    results = []
    for head, slope in enumerate(slopes(2)):
        z = q[..., head * size:(head + 1) * size] @ k.transpose(-1, -2) / math.sqrt(size)
        if head == 0:
            a = z * z / (1 + torch.exp(column(w["tuned_b"])) * z * z)
            a = (a * torch.exp(-slope * distance)).masked_fill(hidden, 0)
            a = a / (1e-3 + a.sum(-1, keepdim=True))
        else:
            z = z * (1 + column(w["warm_t"])) - slope * distance
            a = torch.softmax(z.masked_fill(hidden, -math.inf), dim=-1)
        results.append(a @ v)
    return torch.cat(results, -1)


def main(weights_file, batch_file, out):
    weights, batch = load(weights_file, batch_file)
    one_hot = torch.nn.functional.one_hot
    symbols, controls = batch["symbols"], batch["controls"]
    x = torch.cat([one_hot(symbols[:, :-1], 8), one_hot(controls + 1, 5)[..., 1:]], -1).double()
    x = x + weights["place"]
    for layer in range(2):
        w = {name: tensor[layer] for name, tensor in weights.items()}
        h = rms_norm(x, w["gain"])
        q, k = rope(linear(h, w["query"]), 6, 100.0), rope(linear(h, w["key"]), 6, 100.0)
        x = x + attend(q, k, linear(h, w["value"]), w)
        y = linear(x, weights["tied"])
        y = torch.clamp(y, min=0) + column(w["prelu_slope"]) * torch.clamp(y, max=0)
        x = x + linear(y, weights["own"])
    for i in (1, 2):
        x = x + i * linear(x, weights["tied"])
    logits = torch.cat([x[..., 6:], x[..., :6]], -1)[..., :8]
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), symbols[:, 1:].flatten(),
                                             label_smoothing=0.2)
    loss.backward()
    write(out, loss, logits, {name: weight.grad for name, weight in weights.items()})


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(*sys.argv[1:])
