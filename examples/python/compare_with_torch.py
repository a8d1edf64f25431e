"""The gradients of examples/lstm.iarc beside those of torch.nn.LSTM, in double precision.

    python3 compare_with_torch.py            with iarc.py, iarcc, NumPy and PyTorch at hand
"""
import os
import sys

import iarc
import numpy as np
import torch

here = os.path.dirname(os.path.abspath(__file__))
model = iarc.compile(os.path.join(here, "..", "lstm.iarc"), batch=16,
                     options=["--precision=f64", "-D", "units=32"] + sys.argv[1:])
model.train(5)  # anywhere but at the start
batch = model.draw(16, stream="evaluation")
loss, _ = model.backward(batch.symbols, batch.controls)

# The same model of PyTorch's parts, with our weights.
weights = {name: torch.tensor(value, requires_grad=True) for name, value in model.weights.items()}
layers, _, units = weights["w_hidden"].shape
lstm = torch.nn.LSTM(units, units, layers, batch_first=True, dtype=torch.float64)
ours = {"weight_ih": "w_input", "weight_hh": "w_hidden", "bias_ih": "w_input_bias"}
with torch.no_grad():
    for layer in range(layers):
        for theirs, name in ours.items():
            getattr(lstm, f"{theirs}_l{layer}").copy_(weights[name][layer])
        getattr(lstm, f"bias_hh_l{layer}").zero_()
symbols = torch.tensor(batch.symbols, dtype=torch.long)
controls = torch.tensor(batch.controls, dtype=torch.long)
one_hot = torch.nn.functional.one_hot
x = torch.cat([one_hot(symbols[:, :-1], model.symbols),
               one_hot(controls + 1, len(model.controls) + 1)[..., 1:]], -1).double()
logits = lstm(x @ weights["embed"].T)[0] @ weights["readout"].T + weights["readout_bias"]
theirs = torch.nn.functional.cross_entropy(logits.flatten(0, 1), symbols[:, 1:].flatten())
theirs.backward()
gradients = {name: weight.grad for name, weight in weights.items() if weight.grad is not None}
for name, ours_is in ours.items():
    gradients[ours_is] = torch.stack([getattr(lstm, f"{name}_l{layer}").grad
                                      for layer in range(layers)])

print(f"loss       {loss:.6f} here, {theirs.item():.6f} there")
for name, gradient in gradients.items():
    difference = np.abs(model.gradients[name] - gradient.numpy()).max()
    print(f"gradient   {name}: largest difference {difference / gradient.abs().max().item():.1e}")
