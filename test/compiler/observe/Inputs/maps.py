"""maps.py WEIGHTS BATCH MAPS VALUES NAME=VALUE...: maps of attention and values of tiny.iarc against PyTorch in float64.

MAPS and VALUES are what `attention` and `activations` wrote for the windows of BATCH. Written from the equations of the
model, as numerics/Inputs/reference.py is; NAME: symbols, heads, kernel, activation. Ends with the largest difference.
"""
import json
import math
import os
import struct
import sys

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "numerics", "Inputs"))
import reference  # noqa: E402
import tensors  # noqa: E402


def metadata(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        return json.loads(file.read(length))["__metadata__"]


def read(path, dtype=torch.float64):
    return {name: torch.tensor(values.tolist(), dtype=dtype).reshape(shape)
            for name, (_, shape, values) in tensors.read(path).items()}


def attention(q, k, heads, kernel):
    batch, positions, width = q.shape
    q, k = (t.reshape(batch, positions, heads, width // heads) for t in (q, k))
    result = torch.zeros(batch, heads, positions, positions, dtype=torch.float64)
    function, epsilon = reference.KERNELS[kernel]
    for h, slope in enumerate(reference.slopes(heads)):
        for i in range(positions):
            z = (q[:, i, None, h] * k[:, :i + 1, h]).sum(-1) / math.sqrt(width / heads)
            decay = torch.tensor([slope * (i - j) for j in range(i + 1)], dtype=torch.float64)
            if function is None:
                row = torch.softmax(z - decay, -1)
            else:
                row = function(z) * torch.exp(-decay)
                row = row / (epsilon + row.sum(-1, keepdim=True))
            result[:, h, i, :i + 1] = row
    return result


def main(weights_file, batch_file, maps_file, values_file, *given):
    settings = {"kernel": "softmax", "activation": "relu", **dict(text.split("=") for text in given)}
    weights, batch, maps, values = (read(weights_file), read(batch_file, torch.int64), read(maps_file),
                                    read(values_file))
    assert metadata(maps_file)["kernel.layer.attention"] == settings["kernel"]
    assert metadata(maps_file)["axes.layer.attention"] == "sample layer head query key"
    assert metadata(values_file)["axes.layer.a"] == "sample layer position feature"
    vocabulary, heads = int(settings["symbols"]), int(settings["heads"])
    activation = reference.ACTIVATIONS[settings["activation"]]
    one_hot = torch.nn.functional.one_hot
    x = torch.cat([one_hot(batch["symbols"][:, :-1], vocabulary),
                   one_hot(batch["controls"] + 1, 5)[..., 1:]], -1).double()
    worst = 0.0

    def agree(name, actual, expected):
        nonlocal worst
        assert actual.shape == expected.shape, (name, actual.shape, expected.shape)
        difference = float((actual - expected).abs().max() / expected.abs().max())
        assert difference < 1e-12, (name, difference)
        worst = max(worst, difference)

    agree("x", values["x"], x)
    for layer in range(weights["query"].shape[0]):
        w = {name: tensor[layer] for name, tensor in weights.items()}
        agree("x.in", values["x.in"][:, layer], x)
        q, k, v = (reference.linear(x, w[name]) for name in ("query", "key", "value"))
        for name, value in (("query", q), ("key", k), ("value", v)):
            agree(name, values["layer.attention." + name][:, layer], value)
        a = attention(q, k, heads, settings["kernel"])
        agree("map", maps["layer.attention"][:, layer], a)
        assert (maps["layer.attention"][:, layer].triu(1) == 0).all()
        x = x + reference.attend(q, k, v, heads, settings["kernel"])
        agree("layer.a", values["layer.a"][:, layer], x)
        x = x + reference.linear(activation(reference.linear(x, w["w1"])), w["w2"])
        agree("layer", values["layer"][:, layer], x)
    agree("logits", values["logits"], x[..., :vocabulary])
    print(f"{weights['query'].shape[0]} layers agree to {worst:.0e}")


main(*sys.argv[1:])
