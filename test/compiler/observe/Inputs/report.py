"""report.py PROGRAM WEIGHTS FOLDER PAGE WINDOWS SEED [LOG]: the numbers of a report against others.

The JSON in the page is compared with `eval`, `info` and the log, and with what is counted here from the windows and from
the logits that `predict` computes for them; maps with those of `attention`, norms with the weights and with
`gradients`. By Python's standard library alone.
"""
import csv
import json
import math
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "numerics", "Inputs"))
import tensors  # noqa: E402

program, weights, folder, page_file, windows, seed, *log = sys.argv[1:]
windows = int(windows)


def run(*words):
    return subprocess.run([program, *words], check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout


def close(a, b, tolerance=1e-6):
    assert abs(a - b) <= tolerance * max(1, abs(b)), (a, b)


def rows(entry, *sizes):
    """A flat tensor as nested lists of the sizes after the first axis."""
    values = list(entry)
    for size in reversed(sizes):
        values = [values[i:i + size] for i in range(0, len(values), size)]
    return values


with open(page_file, encoding="utf-8") as file:
    page = file.read()
(text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
data = json.loads(text)
assert not re.search(r"""(src|href)=["']?(http|//|file)""", page) and "url(" not in page and "@import" not in page
assert {"weights", "evaluation", "gallery", "architecture", "model", "task"} <= set(data)

# Figures of eval and info.
evaluation, info = data["evaluation"], json.loads(run("info", "--json"))
expected = json.loads(run("eval", "--weights", weights, "--windows", str(windows), "--seed", seed, "--json"))
assert evaluation["loss"] == expected["loss"] and evaluation["windows"] == windows
assert evaluation["accuracy_last"] == expected["accuracy_last"]
assert evaluation.get("perplexity") == expected.get("perplexity")
if "accuracy_all" in expected:
    assert evaluation["accuracy_all"] == expected["accuracy_all"]
for entry in evaluation["subtasks"]:
    assert entry["windows"] == expected["subtask_windows"][entry["name"]]
    close(entry["right"], entry["windows"] * (expected["subtask_accuracy"][entry["name"]] or 0))
for entry, accuracy in zip(evaluation["positions"], expected.get("position_accuracy", [])):
    assert (accuracy is None) == (entry["counted"] == 0)
    if entry["counted"]:
        close(entry["right"] / entry["counted"], accuracy, 1e-12)
assert data["model"]["parameters"] == info["total_weights"] == sum(node["parameters"] for node in data["architecture"]["nodes"])
flop = (info["product_flop_per_step"] + info["attention_flop_per_step"]) / info["batch"] / 3
close(sum(node["flop"] for node in data["architecture"]["nodes"]), flop, 1e-9)

# Counted from windows and logits.
file = os.path.join(folder, "windows.safetensors")
run("activations", "--weights", weights, "--samples", str(windows), "--seed", seed, "--only", "logits", "--out", file)
read = tensors.read(file)
run("predict", "--weights", weights, "--batch", file, "--out", os.path.join(folder, "logits.safetensors"))
_, (_, predicted_rows, symbols), logits = tensors.read(os.path.join(folder, "logits.safetensors"))["logits"]
context = info["context"]
symbol, control = rows(read["symbols"][2], context + 1), rows(read["controls"][2], context)
target, governing = rows(read["targets"][2], context), rows(read["governing"][2], context)
logits = rows(logits, predicted_rows, symbols)
governs = [entry["control"] for entry in evaluation["subtasks"]]
names = [entry["name"] for entry in evaluation["subtasks"]] or ["all"]
shown = evaluation["confusion_symbols"]
confusion = {name: [[0] * (len(shown) + (len(shown) < symbols)) for _ in range(len(shown) + (len(shown) < symbols))] for name in names}
distance = {name: {} for name in names}
unseen, known, among_others = [0, 0], [0] * context, dict.fromkeys(names, 0)
place = {value: i for i, value in enumerate(shown)}
best_last = []
for b in range(windows):
    for t in range(context):
        if target[b][t] >= 0:
            known[t] += any(control[b][s] in governs for s in range(t + 1))
    for row in range(predicted_rows):
        t = context - predicted_rows + row
        best = max(range(symbols), key=lambda s: (logits[b][row][s], -s))
        if row == predicted_rows - 1:
            best_last.append(best)
        if target[b][t] < 0:
            continue
        name = names[governs.index(governing[b][t])] if governs else "all"
        confusion[name][place.get(target[b][t], len(shown))][place.get(best, len(shown))] += 1
        among_others[name] += best != target[b][t] and best not in place and target[b][t] not in place
        since = max((s for s in range(t + 1) if control[b][s] >= 0), default=None)
        counts = distance[name].setdefault(t - since, [0, 0]) if since is not None else unseen
        counts[0] += 1
        counts[1] += best == target[b][t]
for entry in evaluation["confusion"]:
    assert entry["counts"] == confusion[entry["name"]], entry["name"]
    assert entry["wrong_among_others"] == among_others[entry["name"]]
if governs:
    assert [evaluation["no_control_in_view"][key] for key in ("counted", "right")] == unseen
    for entry in evaluation["distances"]:
        actual = {d: [n, r] for d, (n, r) in enumerate(zip(entry["counted"], entry["right"])) if n}
        assert actual == distance[entry["name"]], (entry["name"], actual, distance)
    first = context - info["predicted_positions"]
    for t in range(first, context):
        assert evaluation["positions"][t]["known"] == known[t], t
for t, entry in enumerate(evaluation["positions"]):
    assert entry["trained"] == (info["loss_at"] == "all" or t == context - 1)

# The gallery.
wrong = sum(best != row[-1] for best, row in zip(best_last, target) if row[-1] >= 0)
assert data["gallery"] and (wrong == 0 or any(entry["predicted"] != entry["target"] for entry in data["gallery"]))
for entry in data["gallery"]:
    b = entry["number"]
    assert entry["symbols"] == symbol[b][:-1] and entry["target"] == target[b][-1] and entry["predicted"] == best_last[b]
    if governs:
        assert entry["controls"] == control[b] and entry["governing"] == governing[b][-1]
    row = logits[b][-1]
    total = sum(math.exp(value - max(row)) for value in row)
    assert entry["top"][0][0] == best_last[b]
    for s, share in entry["top"]:
        close(share, math.exp(row[s] - max(row)) / total if data["model"]["probabilities"] else row[s], 1e-4)

# Maps of attention.
maps = 0
for sample in data.get("attention", {}).get("samples", []):
    out = os.path.join(folder, "maps.safetensors")
    run("attention", "--weights", weights, "--samples", "1", "--first", str(sample["number"]), "--seed", seed, "--out", out)
    expected = tensors.read(out)
    assert sample["symbols"] == list(expected["symbols"][2])[:-1]
    begin = data["attention"]["from"]
    for entry in data["attention"]["maps"]:
        _, shape, values = expected[entry["name"]]
        heads, queries, keys = shape[-3:]
        layers = rows(values, heads, queries, keys)
        for layer, shades in zip(entry["layers"], entry["data"][data["attention"]["samples"].index(sample)]):
            for head, numbers in zip(entry["heads"], shades):
                wanted = [layers[layer][head][q][k] for q in range(begin, queries)
                          for k in range(begin, q + 1 if entry["causal"] else keys)]
                assert len(wanted) == len(numbers) and all(abs(a - b) < 1e-4 for a, b in zip(numbers, wanted))
                maps += 1

# Norms of the weights, and of the gradient of the first training batch.
batch, out = os.path.join(folder, "b"), os.path.join(folder, "g")
run("batch", "--step", "0", "--seed", seed, "--out", batch)
run("gradients", "--weights", weights, "--batch", batch, "--out", out)
gradients, stored = tensors.read(out), tensors.read(weights)
assert {entry["name"] for entry in data["weights"]} == {name for name in stored if "/" not in name}
for entry in data["weights"]:
    for key, values in (("norm", stored[entry["name"]][2]), ("gradient_norm", gradients["gradient." + entry["name"]][2])):
        size = len(values) // entry["layers"]
        for layer, actual in enumerate(entry[key]):
            close(actual, math.sqrt(math.fsum(value * value for value in values[layer * size:(layer + 1) * size])), 1e-5)

# Learning curves.
if log:
    curves = data["curves"]
    if log[0].endswith(".csv"):
        with open(log[0], encoding="utf-8") as file:
            lines = list(csv.DictReader(file))
        entries = [line for line in lines if line["rate"]]
        checks = [line for line in lines if not line["rate"]]
        subtask = {name: [float(line["accuracy_" + name] or "nan") for line in entries] for name in curves["subtask_accuracy"]}
    else:
        with open(log[0], encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        entries = [line for line in lines if "evaluation" not in line]
        checks = [{"step": line["step"], **line["evaluation"]} for line in lines if "evaluation" in line]
        subtask = {name: [line["subtask_accuracy"][name] for line in entries] for name in curves["subtask_accuracy"]}
    assert curves["steps"] == [float(line["step"]) for line in entries] and len(entries) > 2
    assert set(curves["subtask_accuracy"]) == {entry["name"] for entry in evaluation["subtasks"]}
    for key in ("loss", "accuracy", "rate", "gradient_norm"):
        assert curves[key] == [float(line[key]) for line in entries], key
    for name, values in curves["subtask_accuracy"].items():
        assert all(a == b or (a is None and (b is None or math.isnan(b))) for a, b in zip(values, subtask[name])), name
    assert [entry["loss"] for entry in curves["evaluations"]] == [float(line["loss"]) for line in checks]
else:
    assert "curves" not in data
print(f"the report of {windows} windows is right, with {maps} maps and {len(log)} log")
