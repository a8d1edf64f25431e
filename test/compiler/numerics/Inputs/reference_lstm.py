"""reference_lstm.py WEIGHTS BATCH OUT NAME=VALUE...: the model of tiny_lstm.iarc by torch.nn.LSTM, in float64.

Writes loss, logits and gradients like the command `gradients` of a compiled program.
NAME: symbols, loss, at, flat.
"""
import os
import sys

import torch

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import reference


def main(weights_file, batch_file, out, *given):
    settings = {"loss": "cross_entropy", "at": "last", "flat": "false",
                **dict(text.split("=") for text in given)}
    weights, batch = reference.load(weights_file, batch_file)
    symbols = batch["symbols"]
    one_hot = torch.nn.functional.one_hot
    x = torch.cat([one_hot(symbols[:, :-1], int(settings["symbols"])),
                   one_hot(batch["controls"] + 1, 5)[..., 1:]], -1).double()
    if settings["flat"] == "true":
        x = x.flatten(1)[:, None, :]
        symbols = symbols[:, -2:]
    x = x @ weights["embed"].T
    layers, _, units = weights["w_hidden"].shape
    lstm = torch.nn.LSTM(units, units, layers, batch_first=True, dtype=torch.float64)
    # Its parameters are leaves of their own: their gradients go back to the stacked tensors.
    names = {"weight_ih": "w_input", "weight_hh": "w_hidden", "bias_ih": "w_input_bias"}
    with torch.no_grad():
        for layer in range(layers):
            for theirs, ours in names.items():
                getattr(lstm, f"{theirs}_l{layer}").copy_(weights[ours][layer])
            getattr(lstm, f"bias_hh_l{layer}").zero_()
    logits = lstm(x)[0] @ weights["readout"].T + weights["readout_bias"]
    loss = reference.loss_of(logits, symbols[:, 1:], settings)
    loss.backward()
    gradients = {name: weight.grad for name, weight in weights.items()}
    for theirs, ours in names.items():
        gradients[ours] = torch.stack([getattr(lstm, f"{theirs}_l{layer}").grad
                                       for layer in range(layers)])
    reference.write(out, loss, logits, gradients)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(*sys.argv[1:])
