"""reference.py WEIGHTS BATCH OUT NAME=VALUE...: tiny.iarc or tiny_mlp.iarc in PyTorch, in float64.

Writes loss, logits and gradients like the command `gradients` of a compiled program. Written from
the equations of the models, with PyTorch's automatic differentiation; shares nothing with iarc.
Weights named "weight" make it the perceptron. NAME: symbols, heads, kernel, activation, prenorm, loss, at.
"""
import math
import os
import sys

import torch

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tensors

# Kernel as a function of the score; epsilon added to the sum of a row.
KERNELS = {
    "softmax": (None, 0.0),
    "expressive": (lambda z: z * z / (1 + z * z), 1e-3),
    "expressive_power": (lambda z: z.abs() ** 4 / (1 + z.abs() ** 4), 1e-3),
    "sigmoid_kernel": (torch.sigmoid, 1e-3),
    "squared_relu": (lambda z: torch.relu(z) ** 2, 1e-3),
    "elu_plus_one": (lambda z: torch.nn.functional.elu(z) + 1, 1e-3),
}
ACTIVATIONS = {
    "relu": torch.relu,
    "gelu": torch.nn.functional.gelu,
    "gelu_tanh": lambda x: torch.nn.functional.gelu(x, approximate="tanh"),
    "silu": torch.nn.functional.silu,
    "softplus": torch.nn.functional.softplus,
    "elu": torch.nn.functional.elu,
    "leaky_relu": torch.nn.functional.leaky_relu,
    "tanh": torch.tanh,
}


def slopes(heads):
    """ALiBi's slope of each head, by the rule of its paper for any number of heads."""
    power = 2 ** int(math.log2(heads))
    result = [2 ** (-8 * (h + 1) / power) for h in range(power)]
    finer = [2 ** (-8 * (h + 1) / (2 * power)) for h in range(2 * power)]
    return result + finer[::2][:heads - power]


def linear(x, matrix):
    """x [batch, position, in]; matrix [out, in], [position, out, in] or [pair, out, in]."""
    positions = x.shape[1]
    if matrix.dim() == 3 and matrix.shape[0] == positions * (positions + 1) // 2 != positions:
        # One dense matrix over all positions and features, zero above the diagonal.
        later, earlier = torch.tril_indices(positions, positions)
        _, out, features = matrix.shape
        dense = torch.zeros(positions, positions, out, features, dtype=x.dtype)
        dense = dense.index_put((later, earlier), matrix).transpose(1, 2)
        dense = dense.reshape(positions * out, positions * features)
        return (x.flatten(1) @ dense.T).reshape(-1, positions, out)
    return torch.einsum("bti,oi->bto" if matrix.dim() == 2 else "bti,toi->bto", x, matrix)


def attend(q, k, v, heads, kernel):
    batch, positions, width = q.shape
    q, k, v = (t.reshape(batch, positions, heads, width // heads).transpose(1, 2)
               for t in (q, k, v))
    z = q @ k.transpose(-1, -2) / math.sqrt(width / heads)
    distance = torch.arange(positions)[:, None] - torch.arange(positions)[None, :]
    slope = torch.tensor(slopes(heads), dtype=torch.float64)[:, None, None]
    hidden = distance < 0
    function, epsilon = KERNELS[kernel]
    if function is None:
        a = torch.softmax((z - slope * distance).masked_fill(hidden, -math.inf), dim=-1)
    else:
        w = (function(z) * torch.exp(-slope * distance.clamp(min=0))).masked_fill(hidden, 0)
        a = w / (epsilon + w.sum(dim=-1, keepdim=True))
    return (a @ v).transpose(1, 2).reshape(batch, positions, width)


def perceptron(weights, x, activation):
    """Layers of x + activation(bias + W norm(x)), the last one without activation."""
    for layer, (matrices, bias) in enumerate(zip(weights["weight"], weights["weight_bias"])):
        h = torch.nn.functional.layer_norm(x, x.shape[-1:])
        y = linear(h, matrices) + bias
        x = x + (y if layer == weights["weight"].shape[0] - 1 else activation(y))
    return x


def forward(weights, symbols, controls, settings):
    vocabulary, heads = int(settings["symbols"]), int(settings["heads"])
    one_hot = torch.nn.functional.one_hot
    x = torch.cat([one_hot(symbols[:, :-1], vocabulary), one_hot(controls + 1, 5)[..., 1:]], -1)
    x = x.double()
    if "weight" in weights:
        return perceptron(weights, x, ACTIVATIONS[settings["activation"]])[..., :vocabulary]
    norm = (lambda t: torch.nn.functional.layer_norm(t, t.shape[-1:])) \
        if settings["prenorm"] == "true" else (lambda t: t)
    activation = ACTIVATIONS[settings["activation"]]
    for layer in range(weights["query"].shape[0]):
        w = {name: tensor[layer] for name, tensor in weights.items()}
        h = norm(x)
        x = x + attend(linear(h, w["query"]), linear(h, w["key"]), linear(h, w["value"]), heads,
                       settings["kernel"])
        x = x + linear(activation(linear(norm(x), w["w1"])), w["w2"])
    return x[..., :vocabulary]


def loss_of(logits, targets, settings):
    if settings["at"] == "last":
        logits, targets = logits[:, -1:], targets[:, -1:]
    if settings["loss"] == "cross_entropy":
        return torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
    wanted = torch.nn.functional.one_hot(targets, logits.shape[-1])
    return ((logits - wanted) ** 2).sum(-1).mean()


def load(weights_file, batch_file):
    """The weights, which want gradients, and the batch."""
    def read(path, dtype):
        return {name: torch.tensor(values.tolist(), dtype=dtype).reshape(shape)
                for name, (_, shape, values) in tensors.read(path).items()}

    weights = read(weights_file, torch.float64)
    for weight in weights.values():
        weight.requires_grad_()
    return weights, read(batch_file, torch.int64)


def write(out, loss, logits, gradients):
    results = {"loss": loss.reshape(1), "logits": logits,
               **{"gradient." + name: gradient for name, gradient in gradients.items()}}
    tensors.write(out, {name: ("F64", list(t.shape), t.detach().flatten().tolist())
                        for name, t in results.items()})


def main(weights_file, batch_file, out, *given):
    settings = {"kernel": "softmax", "activation": "relu", "prenorm": "false",
                "loss": "cross_entropy", "at": "last", **dict(text.split("=") for text in given)}
    weights, batch = load(weights_file, batch_file)
    logits = forward(weights, batch["symbols"], batch["controls"], settings)
    loss = loss_of(logits, batch["symbols"][:, 1:], settings)
    loss.backward()
    write(out, loss, logits, {name: weight.grad for name, weight in weights.items()})


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(*sys.argv[1:])
