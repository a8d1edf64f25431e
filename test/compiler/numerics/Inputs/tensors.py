"""Changes and compares safetensors files by Python's standard library alone.

select IN OUT OLD=NEW ...          renames; one * in OLD stands for any text, and is put into NEW
compare EXPECTED ACTUAL TOLERANCE [OLD=NEW ...]   OLD of EXPECTED is to equal NEW of ACTUAL
update W0 W1 G RATE TOLERANCE      checks w0 - w1 = RATE * gradient
tie IN OUT POSITIONS               each [layer, ...] becomes [layer, position, ...], all alike
untie IN OUT                       each gradient [layer, position, ...] is summed over the positions
negate IN OUT NAME                 changes the sign of one tensor
bump IN OUT POSITION SYMBOLS       symbols[:, POSITION] := symbols[:, POSITION] + 1 mod SYMBOLS
rows IN OUT FIRST COUNT            a part of a batch
join OUT PART ...                  outputs of `gradients` for parts of a batch: logits joined, else means
loss G B KIND AT                   the loss of the logits of G on the batch B is that of G
causal A B POSITION                logits agree exactly before POSITION and differ from there on

A value is within the tolerance if |a - e| <= TOLERANCE (|e| + min(1, largest |e| of the tensor) + 1e-5).
"""
import array
import fnmatch
import json
import math
import struct
import sys

CODES = {"F32": "f", "F64": "d", "I32": "i"}


def read(path):
    """Returns {name: (dtype, shape, values)}."""
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8:8 + length]).items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        values = array.array(CODES[entry["dtype"]])
        values.frombytes(data[8 + length + begin:8 + length + end])
        tensors[name] = (entry["dtype"], entry["shape"], values)
    return tensors


def write(path, tensors):
    header, pieces, offset = {}, [], 0
    for name, (dtype, shape, values) in tensors.items():
        piece = array.array(CODES[dtype], values).tobytes()
        header[name] = {"dtype": dtype, "shape": shape,
                        "data_offsets": [offset, offset + len(piece)]}
        pieces.append(piece)
        offset += len(piece)
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(pieces))


def renamed(tensors, maps):
    """Returns the tensors whose name matches the OLD of a map OLD=NEW, by their new name."""
    result = {}
    for old, new in (text.split("=") for text in maps):
        matches = fnmatch.filter(tensors, old)
        if not matches:
            sys.exit(f"no tensor is named '{old}'; there are {', '.join(tensors)}")
        before, star, after = old.partition("*")
        for name in matches:
            middle = name[len(before):len(name) - len(after)] if star else ""
            result[new.replace("*", middle)] = tensors[name]
    return result


def place(index, shape):
    """Returns the text [i, j, ...] of a flat index."""
    indices = []
    for size in reversed(shape):
        indices.append(index % size)
        index //= size
    return str(indices[::-1])


def compare(expected, actual, tolerance):
    """Ends the program unless `actual` holds every tensor of `expected` within the tolerance.

    Returns the largest difference in units of |e| + min(1, largest |e|).
    """
    errors, worst = [], 0.0
    for name, (_, shape, values) in expected.items():
        if name not in actual:
            sys.exit(f"'{name}' is missing; there are {', '.join(actual)}")
        _, actual_shape, actual_values = actual[name]
        if shape != actual_shape:
            sys.exit(f"'{name}' has the shape {actual_shape}, expected {shape}")
        largest = min(1.0, max(map(abs, values), default=0.0))
        ratios = [abs(a - e) / (abs(e) + largest + 1e-5)
                  for a, e in zip(actual_values, values)]
        ratios = [math.inf if math.isnan(ratio) else ratio for ratio in ratios]
        bad = sum(ratio > tolerance for ratio in ratios)
        index = max(range(len(ratios)), key=ratios.__getitem__)
        worst = max(worst, ratios[index])
        if bad:
            errors.append(f"'{name}': {bad} of {len(values)} values differ, the worst at "
                          f"{place(index, shape)}: {actual_values[index]!r}, "
                          f"expected {values[index]!r}, "
                          f"relative difference {ratios[index]:.1e} > {tolerance:.0e}")
    if errors:
        sys.exit("\n".join(errors))
    return worst


def updated(before, gradients, rate):
    """Returns w0 - RATE * gradient."""
    return {name: (dtype, shape, [w - rate * g for w, g in
                                  zip(values, gradients["gradient." + name][2])])
            for name, (dtype, shape, values) in before.items()}


def tie(tensors, positions):
    result = {}
    for name, (dtype, shape, values) in tensors.items():
        size = len(values) // shape[0]
        tied = [values[layer * size:(layer + 1) * size] for layer in range(shape[0])
                for _ in range(positions)]
        result[name] = (dtype, [shape[0], positions, *shape[1:]],
                        [value for part in tied for value in part])
    return result


def untie(tensors):
    result = {}
    for name, (dtype, shape, values) in tensors.items():
        if name.startswith("gradient."):
            layers, positions, *rest = shape
            size = math.prod(rest)
            values = [math.fsum(values[(layer * positions + t) * size + i]
                                for t in range(positions))
                      for layer in range(layers) for i in range(size)]
            shape = [layers, *rest]
        result[name] = (dtype, shape, values)
    return result


def bump(tensors, position, symbols):
    dtype, (batch, length), values = tensors["symbols"]
    for row in range(batch):
        values[row * length + position] = (values[row * length + position] + 1) % symbols
    return {**tensors, "symbols": (dtype, [batch, length], values)}


def rows(tensors, first, count):
    result = {}
    for name, (dtype, shape, values) in tensors.items():
        size = math.prod(shape[1:])
        result[name] = (dtype, [count, *shape[1:]], values[first * size:(first + count) * size])
        if len(result[name][2]) != count * size:
            sys.exit(f"'{name}' has {shape[0]} rows, too few for {first} + {count}")
    return result


def join(parts):
    result = {}
    counts = [part["logits"][1][0] for part in parts]
    for name, (dtype, shape, _) in parts[0].items():
        pieces = [part[name][2] for part in parts]
        if name == "logits":
            shape = [sum(counts), *shape[1:]]
            values = [value for piece in pieces for value in piece]
        else:
            values = [math.fsum(n * v for n, v in zip(counts, column)) / sum(counts)
                      for column in zip(*pieces)]
        result[name] = (dtype, shape, values)
    return result


def causal(first, second, position):
    _, (batch, positions, symbols), a = first["logits"]
    _, _, b = second["logits"]
    for row in range(batch):
        for t in range(positions):
            begin = (row * positions + t) * symbols
            same = a[begin:begin + symbols] == b[begin:begin + symbols]
            if same != (t < position):
                sys.exit(f"the logits of sample {row} at position {t} "
                         f"{'are the same' if same else 'changed'} "
                         f"after a change at position {position}")
    print(f"a change at position {position} of {positions} changes no logits before it")


def loss(result, batch, kind, at):
    """No target, no loss: a symbol -1 is an interspersed control token."""
    _, (samples, predicted, count), logits = result["logits"]
    _, (_, length), symbols = batch["symbols"]
    total, skipped = 0.0, 0
    for row in range(samples):
        for t in range(predicted if at == "all" else 1):
            back = predicted - t if at == "all" else 1
            target = symbols[row * length + length - back]
            begin = (row * predicted + predicted - back) * count
            z = logits[begin:begin + count]
            if target < 0:
                skipped += 1
            elif kind == "cross_entropy":
                total += math.log(sum(math.exp(v - max(z)) for v in z)) + max(z) - z[target]
            else:
                total += sum((v - (s == target)) ** 2 for s, v in enumerate(z))
    expected = total / samples / (predicted if at == "all" else 1)
    actual = result["loss"][2][0]
    if not abs(actual - expected) <= 1e-12 * abs(expected):
        sys.exit(f"the loss is {actual}, the logits give {expected}")
    print(f"the loss agrees, {'with' if skipped else 'without'} positions that have no target")


def main(command, *arguments):
    if command == "select":
        source, out, *maps = arguments
        write(out, renamed(read(source), maps))
    elif command == "compare":
        expected, actual, tolerance, *maps = arguments
        expected = read(expected)
        worst = compare(renamed(expected, maps) if maps else expected, read(actual),
                        float(tolerance))
        print(f"agree to {worst:.1e}")
    elif command == "update":
        before, after, gradients, rate, tolerance = arguments
        worst = compare(updated(read(before), read(gradients), float(rate)), read(after),
                        float(tolerance))
        print(f"updates agree to {worst:.1e}")
    elif command == "loss":
        loss(read(arguments[0]), read(arguments[1]), *arguments[2:])
    elif command == "tie":
        write(arguments[1], tie(read(arguments[0]), int(arguments[2])))
    elif command == "untie":
        write(arguments[1], untie(read(arguments[0])))
    elif command == "negate":
        tensors = read(arguments[0])
        dtype, shape, values = tensors[arguments[2]]
        tensors[arguments[2]] = (dtype, shape, [-value for value in values])
        write(arguments[1], tensors)
    elif command == "bump":
        write(arguments[1], bump(read(arguments[0]), int(arguments[2]), int(arguments[3])))
    elif command == "rows":
        write(arguments[1], rows(read(arguments[0]), int(arguments[2]), int(arguments[3])))
    elif command == "join":
        write(arguments[0], join([read(path) for path in arguments[1:]]))
    elif command == "causal":
        causal(read(arguments[0]), read(arguments[1]), int(arguments[2]))
    else:
        sys.exit(f"unknown command '{command}'\n{__doc__}")


if __name__ == "__main__":
    main(*sys.argv[1:])
