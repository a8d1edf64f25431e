"""Follows an optimiser of a compiled model step by step, independently, in float64.

optimisers.py PROGRAM W0 BATCH W1 STEPS FOLDER OPTIMISER SCHEDULE [clip=X] [NAME=VALUE ...]

The gradients come from `PROGRAM gradients` at the weights reached so far; the update is that of PyTorch's
torch.optim (sgd, nesterov, adam, adamw), or of the paper's formula (lion), the rate that of a Python expression of n, the step,
and N, their number. Ends the program unless W1, of `PROGRAM step --steps STEPS`, agrees to 1e-12, relatively.
"""
import math
import subprocess
import sys

import tensors
import torch

program, start, batch, result, steps, folder, name, schedule = sys.argv[1:9]
steps = int(steps)
options = dict(text.split("=") for text in sys.argv[9:])
clip = float(options.pop("clip", 0))
options = {key: float(value) for key, value in options.items()}

stored = tensors.read(start)
weights = {key: torch.nn.Parameter(torch.tensor(list(values), dtype=torch.float64))
           for key, (_, _, values) in stored.items()}
momentum = {key: torch.zeros_like(weight) for key, weight in weights.items()}
betas = (options.get("beta1", 0.9), options.get("beta2", 0.999))
decay = options.get("decay", 0)
if name in ("sgd", "nesterov"):
    optimiser = torch.optim.SGD(weights.values(), lr=1, momentum=options["momentum"], weight_decay=decay,
                                nesterov=name == "nesterov")
elif name == "adam":
    optimiser = torch.optim.Adam(weights.values(), lr=1, betas=betas, eps=options["eps"])
elif name == "adamw":
    optimiser = torch.optim.AdamW(weights.values(), lr=1, betas=betas, eps=options["eps"], weight_decay=decay)

for n in range(steps):
    path = folder + "/now"
    tensors.write(path, {key: (*stored[key][:2], weight.tolist()) for key, weight in weights.items()})
    subprocess.run([program, "gradients", "--weights", path, "--batch", batch, "--out", folder + "/g"], check=True)
    found = tensors.read(folder + "/g")
    for key, weight in weights.items():
        weight.grad = torch.tensor(list(found["gradient." + key][2]), dtype=torch.float64)
    norm = math.sqrt(sum(float((weight.grad ** 2).sum()) for weight in weights.values()))
    if clip and norm > clip:
        for weight in weights.values():
            weight.grad *= clip / norm
    rate = eval(schedule, {"math": math, "n": n, "N": steps})
    if name == "lion":
        with torch.no_grad():
            for key, weight in weights.items():
                update = torch.sign(betas[0] * momentum[key] + (1 - betas[0]) * weight.grad)
                weight.copy_(weight * (1 - rate * decay) - rate * update)
                momentum[key] = betas[1] * momentum[key] + (1 - betas[1]) * weight.grad
    else:
        optimiser.param_groups[0]["lr"] = rate
        optimiser.step()

worst = 0
for key, (_, _, values) in tensors.read(result).items():
    expected = weights[key].detach()
    actual = torch.tensor(list(values), dtype=torch.float64)
    if torch.equal(expected, torch.tensor(list(stored[key][2]), dtype=torch.float64)):
        sys.exit(f"'{key}' did not change")
    worst = max(worst, float(((actual - expected).abs() / (expected.abs() + 1e-3)).max()))
if not worst <= 1e-12:
    sys.exit(f"the weights differ by {worst:g}")
print(f"agree to {worst:.1e}")
