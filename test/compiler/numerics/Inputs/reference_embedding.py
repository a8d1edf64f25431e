"""reference_embedding.py WEIGHTS BATCH OUT NAME=VALUE...: tiny_embedding.iarc in PyTorch, in float64.

Rows are looked up by torch.nn.functional.embedding; what the tape adds and whether the readout is tied follow
from the names of the weights. NAME: symbols, heads, loss, at.
"""
import os
import sys

import torch

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import reference


def forward(weights, symbols, controls, settings):
    table = weights["embedding"]
    x = torch.nn.functional.embedding(symbols[:, :-1], table)
    if "embedding_tape" in weights:
        present = (controls >= 0).double()[..., None]
        x = x + present * torch.nn.functional.embedding(controls.clamp(min=0), weights["embedding_tape"])
    elif settings["tape"] == "one_hot":
        x = torch.cat([x, torch.nn.functional.one_hot(controls + 1, 5)[..., 1:].double()], -1)
    for layer in range(weights["query"].shape[0]):
        w = {name: tensor[layer] for name, tensor in weights.items() if tensor.dim() == 3}
        q, k, v = (reference.linear(x, w[name]) for name in ("query", "key", "value"))
        x = x + reference.attend(q, k, v, int(settings["heads"]), "softmax")
        x = x + reference.linear(torch.relu(reference.linear(x, w["w1"])), w["w2"])
    if "linear" in weights:
        return reference.linear(x, weights["linear"])
    return x[..., :table.shape[1]] @ table.T + weights["embedding_bias"]


def main(weights_file, batch_file, out, *given):
    settings = {"tape": "one_hot", "loss": "cross_entropy", "at": "last",
                **dict(text.split("=") for text in given)}
    weights, batch = reference.load(weights_file, batch_file)
    logits = forward(weights, batch["symbols"], batch["controls"], settings)
    loss = reference.loss_of(logits, batch["symbols"][:, 1:], settings)
    loss.backward()
    reference.write(out, loss, logits, {name: weight.grad for name, weight in weights.items()})


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(*sys.argv[1:])
