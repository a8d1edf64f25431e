"""use.py FOLDER: iarc.py over the libraries there, beside the program's own results."""
import os
import sys

import numpy as np

import iarc

folder = sys.argv[1]


def refused(what, function, *arguments, **named):
    try:
        function(*arguments, **named)
    except (iarc.Error, KeyError) as error:
        print(f"{what}: {error}")
    else:
        sys.exit(f"{what}: not refused")


model = iarc.load(os.path.join(folder, "librobot.so"), threads=2)
print("model", model.info["model"], model.symbols, model.context, model.positions, model.dtype,
      model.controls)
print("shapes", {name: list(shape) for name, shape in model.shapes.items()})
loss = model.train(7)
model.save(os.path.join(folder, "w"))
evaluation = model.evaluate(200)
print("steps", model.steps, "evaluation", sorted(evaluation), np.isfinite(loss))

# Gradients against central differences by way of the views.
batch = model.draw(5, stream="evaluation")
loss, logits = model.backward(batch.symbols, batch.controls)
gradient = {name: np.array(value) for name, value in model.gradients.items()}
worst = 0
for name, value in model.weights.items():
    flat = value.reshape(-1)
    for index in (0, flat.size // 2, flat.size - 1):
        kept, losses = flat[index], []
        for sign in (1, -1):
            flat[index] = kept + sign * 1e-5
            losses.append(model.forward(batch.symbols, batch.controls)[0])
        flat[index] = kept
        worst = max(worst, abs((losses[0] - losses[1]) / 2e-5 - gradient[name].reshape(-1)[index]))
print("gradients and central differences", "agree" if worst < 1e-8 else f"differ by {worst}")

# An update by hand is the declared one: velocity is the gradient, weights go down by it.
velocity = {name: np.array(value) for name, value in model.state().items()}
before = {name: np.array(value) for name, value in model.weights.items()}
model.backward(batch.symbols, batch.controls)
model.update()
rate, momentum = model.info["train"]["rate"], model.info["train"]["momentum"]
worst = max(np.abs(before[name] - rate * (momentum * velocity[name] + gradient[name])
                   - model.weights[name]).max() for name in model.shapes)
print("update and formula", "agree" if worst < 1e-14 else f"differ by {worst}")
model.steps = 3
assert model.steps == 3

# Single windows are the batch's.
loss, logits = model.forward(batch.symbols, batch.controls)
model.reset()
for symbol, control in zip(batch.symbols[0], batch.controls[0]):
    model.push(symbol, control)
shares = np.exp(logits[0, -1] - logits[0, -1].max())
worst = np.abs(model.probabilities() - shares / shares.sum()).max()
print("window and batch", "agree" if worst < 1e-12 else f"differ by {worst}",
      model.predict() == logits[0, -1].argmax())
model.weights["w2"] = np.zeros(model.shapes["w2"])
loss, logits = model.forward(batch.symbols, batch.controls)
shares = np.exp(logits[0, -1] - logits[0, -1].max())
worst = np.abs(model.probabilities() - shares / shares.sum()).max()
print("after a weight was written", "agree" if worst < 1e-12 else f"differ by {worst}")
model.push(3, "I")

# A view outlives the model's name; models are independent.
view = model.weights["w2"]
other = iarc.load(os.path.join(folder, "librobot.so"), seed=2)
assert other.weights["w2"].any() and not view.any()
del model
assert view.sum() == 0
model = iarc.load(os.path.join(folder, "librobot.so"), os.path.join(folder, "w"), batch=3)

refused("library", iarc.load, os.path.join(folder, "none.so"))
refused("no library", iarc.load, os.path.join(folder, "w"))
refused("weights", iarc.load, os.path.join(folder, "librobot.so"), "none")
refused("name", lambda: model.weights["w3"])
refused("shape", model.weights.__setitem__, "w2", np.zeros(3))
refused("count", model.draw, 4)
refused("none", model.draw, 0)
refused("stream", model.draw, 1, stream="test")
refused("columns", model.forward, batch.symbols[:, 1:])
refused("floats", model.forward, batch.symbols * 1.0)
refused("symbol", model.forward, np.full((1, model.context + 1), 2**32))
refused("control", model.push, 1, "Q")
refused("token", model.push, -3)
refused("steps", model.train, -1)
refused("source", iarc.compile, os.path.join(folder, "none.iarc"))
refused("nothing", model.forward, None)
model.weights["w2"] = np.full(model.shapes["w2"], np.nan)
refused("loss", model.train, 1)

# Control tokens at positions of their own, a loss that gives no probabilities.
between = iarc.load(os.path.join(folder, "libbetween.so"))
refused("both", between.push, 1, "I")
refused("neither", between.push)
between.push(control="I")
between.push(2)
print("predicted", 0 <= between.predict() < between.symbols)
refused("shares", between.probabilities)
batch = between.draw(2)
assert (batch.symbols[:, :-1][batch.controls >= 0] == -1).all()
batch.controls[...] = -1
refused("positions", between.forward, np.full_like(batch.symbols, -1), batch.controls)

# A file in place of the declared one.
reader = iarc.load(os.path.join(folder, "libreader.so"), batch=2)
refused("file", reader.set_data, os.path.join(folder, "none.txt"))
with open(os.path.join(folder, "corpus.txt"), "wb") as corpus:
    corpus.write(bytes(range(97, 122)) * 40)
reader.set_data(os.path.join(folder, "corpus.txt"))
symbols = reader.draw(2).symbols
steps = np.unique(np.diff(symbols)).tolist()
print("the file's bytes", symbols.min() >= 97, symbols.max() <= 121, steps)
refused("late", reader.set_data, os.path.join(folder, "none.txt"))
reader.draw(2)  # nothing was changed
# Integers of any kind are symbols.
given = reader.draw(2).symbols
for kind in ("u1", "i2", "u2", "i8", "u8"):
    assert reader.forward(given.astype(kind))[0] == reader.forward(given)[0]
# Weights that are no numbers predict nothing.
reader.push(97)
next(iter(reader.weights.values()))[...] = np.nan
refused("nan", reader.predict)
refused("shares of nan", reader.probabilities)

iarc._ABI = 99
refused("interface", iarc.load, os.path.join(folder, "librobot.so"))
os.environ["PATH"] = ""
refused("path", iarc.compile, "x.iarc")
refused("compiler", iarc.compile, "x.iarc", iarcc=os.path.join(folder, "none"))
