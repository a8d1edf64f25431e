"""What every peer computes, free of a framework: the cell's sizes, its weights and batch as arrays.

A peer gets the very weights and batch of the compiled program, as the program writes them
(docs/program.md, "Files"), so that both can be seen to compute the same.
"""
import json
import math
import struct

import numpy

RATE, MOMENTUM = 0.02, 0.8
_TYPES = {"F32": numpy.float32, "I32": numpy.int32}


def read(path):
    """{name: array} of a safetensors file of F32 and I32 tensors. Raises OSError, KeyError."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        entries = json.loads(file.read(length))
        data = numpy.frombuffer(file.read(), numpy.uint8)
    entries.pop("__metadata__", None)
    return {name: data[slice(*entry["data_offsets"])].view(_TYPES[entry["dtype"]])
            .reshape(entry["shape"]) for name, entry in entries.items()}


class Problem:
    """One cell. `x` [batch, position, feature] float32: the one-hot tokens; `target` [batch,
    position] int64: the symbol after each; `weights`: {name: array}, shapes as in docs/language.md."""

    def __init__(self, cell, weights, batch):
        self.kind = cell["kind"]          # attention, perceptron, lstm
        self.kernel = cell.get("kernel")  # softmax, expressive
        self.heads = cell.get("heads", 1)
        self.at = cell["at"]              # last, all
        self.layers = cell["layers"]
        self.weights = read(weights)
        tokens = read(batch)
        symbols, controls = tokens["symbols"].astype(numpy.int64), tokens["controls"]
        self.batch, self.positions = controls.shape
        self.width = cell["features"]
        self.symbols = self.width - cell["subtasks"]
        self.target = symbols[:, 1:]
        self.x = numpy.concatenate(
            [numpy.eye(self.symbols, dtype=numpy.float32)[symbols[:, :-1]],
             numpy.eye(cell["subtasks"] + 1, dtype=numpy.float32)[controls + 1][..., 1:]], -1)

    @property
    def per_position(self):
        return self.weights["query"].ndim == 4

    def distance(self):
        """i - j of query i and key j."""
        place = numpy.arange(self.positions)
        return place[:, None] - place[None, :]

    def slopes(self):
        """ALiBi's, one a head, by the rule of its paper for any number of heads."""
        power = 2 ** int(math.log2(self.heads))
        finer = [2 ** (-8 * (h + 1) / (2 * power)) for h in range(2 * power)]
        return numpy.array([2 ** (-8 * (h + 1) / power) for h in range(power)]
                           + finer[::2][:self.heads - power], numpy.float32)

    def bias(self):
        """[head, query, key]: what softmax adds to the score, -inf where the key is hidden."""
        d = self.distance().astype(numpy.float32)
        return numpy.where(d >= 0, -self.slopes()[:, None, None] * d, -numpy.inf).astype(numpy.float32)

    def decay(self):
        """[head, query, key]: the factor of any other kernel, 0 where the key is hidden."""
        return numpy.exp(self.bias())

    def attention_weights(self):
        """The five tensors of a layer as three, [layer, (position,) in, out] each: q, k and v are
        one product of a layer."""
        turned = {name: numpy.ascontiguousarray(numpy.swapaxes(w, -1, -2))
                  for name, w in self.weights.items()}
        return {"qkv": numpy.concatenate([turned["query"], turned["key"], turned["value"]], -1),
                "w1": turned["w1"], "w2": turned["w2"]}

    def dense_perceptron(self):
        """The perceptron's matrices, one for each pair of positions, as one dense matrix a layer
        over all positions and features, [layer, in, out] with zeros where the output comes before
        the input; its mask [in, out]; its bias [layer, out]."""
        names = sorted(name for name in self.weights if not name.endswith("_bias"))
        pairs = numpy.concatenate([self._stacked(name, 4) for name in names])
        bias = numpy.concatenate([self._stacked(name + "_bias", 3) for name in names])
        layers, t, d = len(pairs), self.positions, self.width
        later, earlier = numpy.tril_indices(t)
        dense = numpy.zeros((layers, t, d, t, d), numpy.float32)  # layer, source, in, place, out
        dense[:, earlier, :, later, :] = numpy.moveaxis(numpy.swapaxes(pairs, 2, 3), 1, 0)
        mask = numpy.zeros((t, d, t, d), numpy.float32)
        mask[earlier, :, later, :] = 1
        return (dense.reshape(layers, t * d, t * d), mask.reshape(t * d, t * d),
                bias.reshape(layers, t * d))

    def _stacked(self, name, rank):
        """A tensor outside of a `repeat` has no axis "layer"."""
        tensor = self.weights[name]
        return tensor if tensor.ndim == rank else tensor[None]
