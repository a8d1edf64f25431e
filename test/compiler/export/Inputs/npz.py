"""npz.py NPZ SAFETENSORS: both hold the same tensors, by Python's zip and ast modules, and by NumPy where it is."""
import array
import ast
import os
import struct
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "numerics", "Inputs"))
from tensors import read  # noqa: E402

expected = read(sys.argv[2])
found = {}
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    for name in archive.namelist():
        data = archive.read(name)
        assert data[:8] == b"\x93NUMPY\x01\x00", data[:8]
        (length,) = struct.unpack("<H", data[8:10])
        header = ast.literal_eval(data[10:10 + length].decode())
        assert (10 + length) % 64 == 0 and not header["fortran_order"], header
        values = array.array({"<f4": "f", "<f8": "d"}[header["descr"]])
        values.frombytes(data[10 + length:])
        found[name[:-4]] = (list(header["shape"]), values)
assert found == {name: (shape, values) for name, (_, shape, values) in expected.items()}
try:
    import numpy
except ImportError:
    numpy = None
if numpy:
    with numpy.load(sys.argv[1]) as archive:
        for name, (_, shape, values) in expected.items():
            assert archive[name].shape == tuple(shape) and archive[name].ravel().tolist() == list(values), name
print("every tensor is the same")
