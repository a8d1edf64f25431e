"""reference_library.py WEIGHTS BATCH OUT WHICH: library.iarc in PyTorch, in float64, with its own modules where it has them.

Writes loss, logits and gradients like the command `gradients` of a compiled program.
"""
import math
import os
import sys

import torch
from torch.nn import functional as F

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from reference import linear, load, slopes, write
from reference_rows import rope


def rms_norm(x, gain):
    return gain * x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-6)


def layer_norm(x, gain, shift):
    return F.layer_norm(x, x.shape[-1:]) * gain + shift


def attend(q, k, v, weight_of, alibi):
    """Two heads; as many of keys as they have features for."""
    positions, size = q.shape[1], q.shape[-1] // 2
    distance = (torch.arange(positions)[:, None] - torch.arange(positions)[None, :]).double()
    results = []
    for head in range(2):
        own = slice(head * size, (head + 1) * size)
        key = k[..., own] if k.shape[-1] > size else k
        value = v[..., own] if v.shape[-1] > size else v
        z = q[..., own] @ key.transpose(-1, -2) / math.sqrt(size)
        logarithm = -slopes(2)[head] * distance if alibi else torch.zeros_like(distance)
        results.append(weight_of(z, logarithm, distance < 0) @ value)
    return torch.cat(results, -1)


def expressive_tuned(b):
    def weights(z, logarithm, hidden):
        a = z * z / (1 + torch.exp(b.reshape(-1, 1)) * z * z) * torch.exp(logarithm)
        a = a.masked_fill(hidden, 0)
        return a / (1e-3 + a.sum(-1, keepdim=True))
    return weights


def softmax_tuned(t):
    def weights(z, logarithm, hidden):
        return torch.softmax((torch.exp(t.reshape(-1, 1)) * z + logarithm).masked_fill(hidden, -math.inf), -1)
    return weights


def post_norm_layer(x, w):
    a = attend(linear(x, w["query"]), linear(x, w["key"]), linear(x, w["value"]),
               expressive_tuned(w["expressive_tuned_b"]), alibi=True)
    a = layer_norm(x + a, w["gain"], w["shift"])
    return layer_norm(a + linear(F.relu(linear(a, w["w1"])), w["w2"]), w["gain_2"], w["shift_2"])


def rotary_layer(x, w):
    h = rms_norm(x, w["gain"])
    a = x + attend(rope(linear(h, w["query"]), 6, 10000.0), rope(linear(h, w["key"]), 6, 10000.0),
                   linear(h, w["value"]), softmax_tuned(w["softmax_tuned_t"]), alibi=False)
    h = rms_norm(a, w["gain_2"])
    return a + linear(F.silu(linear(h, w["gate"])) * linear(h, w["w1"]), w["w2"])


def gru_layer(x, w):
    """PyTorch's module keeps the order reset, update, candidate, as the library does."""
    names = [w["w_input"], w["w_hidden"], w["w_input_bias"], w["w_hidden_bias"]]
    start = torch.zeros(1, x.shape[0], x.shape[-1], dtype=torch.float64)
    return x + torch._VF.gru(x, start, names, True, 1, 0.0, False, False, True)[0]


def ssm_layer(x, w):
    h = rms_norm(x, w["gain"])
    decay = torch.exp(-torch.exp(w["rate"]))
    powers = torch.arange(x.shape[1])[:, None] - torch.arange(x.shape[1])[None, :]
    # All states at once: what position s contributes to position t is decayed t - s times.
    mix = torch.where((powers >= 0)[..., None], decay ** powers.clamp(min=0)[..., None],
                      torch.zeros((), dtype=torch.float64))
    state = torch.einsum("tsn,bsn->btn", mix, linear(h, w["w_input"]))
    return x + linear(state, w["w_output"]) + w["skip"] * h


LAYERS = {"1": post_norm_layer, "2": rotary_layer, "3": gru_layer, "4": ssm_layer}


def main(weights_file, batch_file, out, which, at):
    weights, batch = load(weights_file, batch_file)
    symbols, controls = batch["symbols"], batch["controls"]
    x = torch.cat([F.one_hot(symbols[:, :-1], 8), F.one_hot(controls + 1, 5)[..., 1:]], -1).double()
    x = x + weights["place"]
    for layer in range(2):
        x = LAYERS[which](x, {name: tensor[layer] for name, tensor in weights.items()})
    logits = linear(x, weights["linear"])
    read = slice(0 if at == "all" else -1, None)
    loss = F.cross_entropy(logits[:, read].flatten(0, 1), symbols[:, 1:][:, read].flatten(),
                           label_smoothing=0.1)
    loss.backward()
    write(out, loss, logits, {name: weight.grad for name, weight in weights.items()})


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(*sys.argv[1:])
