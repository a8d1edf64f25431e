"""same.py NPZ SAFETENSORS: both hold the same arrays and metadata. By Python's standard library alone."""
import array
import ast
import json
import os
import struct
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "numerics", "Inputs"))
import tensors  # noqa: E402

npz, safetensors = sys.argv[1:]
expected = tensors.read(safetensors)
with open(safetensors, "rb") as file:
    (length,) = struct.unpack("<Q", file.read(8))
    metadata = json.loads(file.read(length))["__metadata__"]
metadata.pop("checksum")
with zipfile.ZipFile(npz) as archive:
    assert archive.testzip() is None
    assert json.loads(archive.read("metadata.json")) == metadata, archive.read("metadata.json")
    names = [name for name in archive.namelist() if name.endswith(".npy")]
    assert sorted(names) == sorted(name + ".npy" for name in expected)
    for name, (dtype, shape, values) in expected.items():
        data = archive.read(name + ".npy")
        assert data[:8] == b"\x93NUMPY\x01\x00"
        (size,) = struct.unpack("<H", data[8:10])
        header = ast.literal_eval(data[10:10 + size].decode())
        assert list(header["shape"]) == shape and not header["fortran_order"]
        actual = array.array(tensors.CODES[dtype])
        actual.frombytes(data[10 + size:])
        assert actual == values, name
print(f"{len(expected)} arrays and {len(metadata)} entries of metadata are the same")
