"""Makes and reads safetensors files by Python's standard library alone.

make OUT NAME:DTYPE:SIZExSIZE:VALUES ...  VALUES: comma separated, repeated to fill
set IN OUT NAME INDEX VALUE               one element changed
rename IN OUT OLD=NEW ...                 tensors renamed; OLD= removes one
dump FILE NAME [FIRST LAST]               rows FIRST .. LAST of the first axis, one a line
norm G LOG                                the log's last gradient norm is that of the gradients
update W0 W1 G RATE TOLERANCE             checks w0 - w1 = rate * gradient for every weight
"""
import json
import struct
import sys

CODES = {"F32": "f", "F64": "d", "I32": "i"}


def read(path):
    data = open(path, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        code = CODES[entry["dtype"]]
        raw = data[8 + length + begin : 8 + length + end]
        count = len(raw) // struct.calcsize(code)
        tensors[name] = [entry["dtype"], entry["shape"], list(struct.unpack("<%d%s" % (count, code), raw))]
    return tensors


def write(path, tensors):
    header, data = {}, b""
    for name, (dtype, shape, values) in tensors.items():
        raw = struct.pack("<%d%s" % (len(values), CODES[dtype]), *values)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + data)


def make(out, *specs):
    tensors = {}
    for spec in specs:
        name, dtype, sizes, values = spec.split(":")
        shape = [int(size) for size in sizes.split("x")]
        count = 1
        for size in shape:
            count *= size
        given = [int(v) if dtype == "I32" else float(v) for v in values.split(",")]
        tensors[name] = [dtype, shape, [given[i % len(given)] for i in range(count)]]
    write(out, tensors)


def change(source, out, name, index, value):
    tensors = read(source)
    tensors[name][2][int(index)] = type(tensors[name][2][0])(float(value))
    write(out, tensors)


def rename(source, out, *pairs):
    names = dict(pair.split("=") for pair in pairs)
    tensors = read(source)
    write(out, {names.get(n, n): t for n, t in tensors.items() if names.get(n, n)})


def dump(path, name, first="0", last="1000000000"):
    dtype, shape, values = read(path)[name]
    row = len(values) // shape[0] if shape and shape[0] else 1
    for i in range(int(first), min(int(last) + 1, len(values) // row)):
        print(*values[i * row : (i + 1) * row])


def update(before, after, gradients, rate, tolerance):
    w0, w1, g = read(before), read(after), read(gradients)
    for name in w0:
        for a, b, c in zip(w0[name][2], w1[name][2], g["gradient." + name][2]):
            if abs(a - b - float(rate) * c) > float(tolerance):
                sys.exit("%s: %r - %r is not %s * %r" % (name, a, b, rate, c))
    print("updates agree:", *sorted(w0))


def norm(gradients, log):
    tensors = read(gradients)
    expected = sum(x * x for name in tensors if name.startswith("gradient.")
                   for x in tensors[name][2]) ** 0.5
    found = json.loads(open(log).readlines()[-1])["gradient_norm"]
    if abs(found - expected) > 1e-6 * expected:
        sys.exit("the norm is %r, not %r" % (expected, found))
    print("the norm agrees")


COMMANDS = {"norm": norm, "make": make, "set": change, "rename": rename, "dump": dump, "update": update}
COMMANDS[sys.argv[1]](*sys.argv[2:])
