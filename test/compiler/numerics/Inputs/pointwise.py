"""pointwise.py MODEL FOLDER PRECISION TOLERANCE: functions of the library at points where what they are made of is not
smooth, or loses digits, against their definitions in double precision: values and slopes, relative errors."""
import math
import subprocess
import sys

import tensors

POINTS = [0.0, 1e-6, -1e-6, 0.3, -0.3, 2.5, -2.2, -2.4, -7.0, -17.0, -30.0, 60.0]


def sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))


def softplus(x):
    return max(x, 0) + math.log1p(math.exp(-abs(x)))


def mish_slope(x):
    t = math.tanh(softplus(x))
    return t + x * (1 - t * t) * sigmoid(x)


def linear_above(value, slope):
    """x above zero, and these below it and at it."""
    return (lambda x: x if x > 0 else value(x)), (lambda x: 1.0 if x > 0 else slope(x))


FUNCTIONS = {
    "softplus": (softplus, sigmoid),
    "softplus_kernel": (softplus, sigmoid),
    "elu": linear_above(math.expm1, math.exp),
    "elu_plus_one": (lambda x: x + 1 if x > 0 else math.exp(x), lambda x: 1.0 if x > 0 else math.exp(x)),
    "leaky_relu": linear_above(lambda x: 0.01 * x, lambda x: 0.01),
    "prelu": linear_above(lambda x: 0.25 * x, lambda x: 0.25),
    "relu": linear_above(lambda x: 0.0, lambda x: 0.0),
    "mish": (lambda x: x * math.tanh(softplus(x)), mish_slope),
}


def error(value, exact):
    return abs(value - exact) / abs(exact) if exact else abs(value)


def main(model, folder, precision, tolerance):
    run = lambda *command: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    program, weights, batch, out = (folder + name for name in ("/p", "/w", "/b", "/g"))
    for name, (value, slope) in FUNCTIONS.items():
        run("iarcc", "--precision", precision, "-D", "f=" + name, model, "-o", program)
        run(program, "train", "--quiet", "--steps", "0", "--evaluate-windows", "0", "--weights-out", weights)
        changed = tensors.read(weights)
        for index, x in enumerate(POINTS):
            changed["x"][2][index] = x
        tensors.write(weights, changed)
        run(program, "batch", "--batch", "1", "--out", batch)
        run(program, "gradients", "--weights", weights, "--batch", batch, "--out", out)
        found = tensors.read(out)
        values, slopes = found["logits"][2][-12:], found["gradient.x"][2]
        for index, x in enumerate(changed["x"][2]):
            for what, number, exact in ("value", values[index], value(x)), ("slope", slopes[index], slope(x)):
                if not error(number, exact) <= float(tolerance):
                    sys.exit(f"{name}({x}): {what} {number}, expected {exact}")
        print(name, "ok")


main(*sys.argv[1:])
