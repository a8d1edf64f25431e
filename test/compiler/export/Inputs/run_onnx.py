"""Compares a model exported as ONNX with the program that it came from.

run_onnx.py PROGRAM FOLDER: draws weights, exports, has the file checked by onnx.checker and runs it by onnxruntime
on a batch; the logits agree to 1e-5 of the largest.
"""
import os
import subprocess
import sys

import numpy
import onnx

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "numerics", "Inputs"))
from tensors import read  # noqa: E402

program, folder = sys.argv[1:]
weights, batch, out, exported = (os.path.join(folder, name) for name in ("w", "b", "g", "m.onnx"))


def run(*words):
    subprocess.run([program, *words], check=True, stdout=subprocess.DEVNULL)


run("train", "--steps", "0", "--quiet", "--evaluate-windows", "0", "--weights-out", weights)
run("batch", "--step", "3", "--batch", "5", "--out", batch)
run("gradients", "--weights", weights, "--batch", batch, "--out", out)
run("export", "--format", "onnx", "--weights", weights, "--out", exported)
model = onnx.load(exported)
onnx.checker.check_model(model, full_check=True)
assert [(opset.domain, opset.version) for opset in model.opset_import] == [("", 17)]
print(f"{len(model.graph.node)} nodes pass the checker")
try:
    import onnxruntime
except ImportError:
    sys.exit(0)
given = {name: numpy.array(values, dtype=numpy.int64).reshape(shape)
         for name, (_, shape, values) in read(batch).items()}
feeds = {entry.name: given[entry.name][:, :given["controls"].shape[1]] for entry in model.graph.input}
session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
(actual,) = session.run(["logits"], feeds)
_, shape, values = read(out)["logits"]
expected = numpy.array(values).reshape(shape)
assert actual.shape == expected.shape, (actual.shape, expected.shape)
worst = numpy.abs(actual - expected).max() / numpy.abs(expected).max()
assert worst < 1e-5, worst
print(f"logits agree to {worst:.1e} of the largest")
