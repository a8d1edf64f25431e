"""reference_lstm.py WEIGHTS BATCH OUT NAME=VALUE...: the model of tiny_lstm.iarc by torch.nn.LSTM, in float64.

Writes loss, logits and gradients like the command `gradients` of a compiled program.
NAME: symbols, loss, at, flat.
"""
import os
import sys

import torch

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import reference
import tensors


def main(weights_file, batch_file, out, *given):
    settings = {"loss": "cross_entropy", "at": "last", "flat": "false",
                **dict(text.split("=") for text in given)}

    def load(path, dtype):
        return {name: torch.tensor(values.tolist(), dtype=dtype).reshape(shape)
                for name, (_, shape, values) in tensors.read(path).items()}

    weights = load(weights_file, torch.float64)
    for weight in weights.values():
        weight.requires_grad_()
    batch = load(batch_file, torch.int64)
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
    results = {"loss": loss.reshape(1), "logits": logits,
               **{"gradient." + name: gradient for name, gradient in gradients.items()}}
    tensors.write(out, {name: ("F64", list(t.shape), t.detach().flatten().tolist())
                        for name, t in results.items()})


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(*sys.argv[1:])
