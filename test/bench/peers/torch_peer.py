"""PyTorch's training step, eager or by torch.compile."""
import os

import torch
from torch.nn import functional as F

from definition import MOMENTUM, RATE
from torch_networks import Attention, LstmLoop, LstmModule, Perceptron


def version():
    return torch.__version__


def forms(problem, compiled):
    """The forms worth trying, the one that is most often best first."""
    names = {"attention": ["matmul"], "perceptron": ["dense"],
             "lstm": ["loop", "module"] if compiled else ["module"]}[problem.kind]
    if not compiled and problem.kernel == "softmax" and hasattr(F, "scaled_dot_product_attention"):
        names = names + ["sdpa"]
    if compiled and problem.kind == "attention":
        # All layers as one graph, whose time to compile grows with them, or a layer compiled once
        # and called in a loop. (With sdpa, compiled, a step was found a fifth longer.)
        names = ["matmul, by layer"]
        if problem.layers <= 16:
            names = ["matmul, whole", *names]
    return names


class Step:
    """One update on the fixed batch; calling it gives the loss before the update."""

    def __init__(self, problem, form, threads, compiled):
        torch.set_num_threads(threads)
        torch.set_flush_denormal(True)
        torch.manual_seed(1)
        network = {"matmul": Attention, "dense": Perceptron, "module": LstmModule,
                   "loop": LstmLoop}.get(form.split(",")[0])
        self.network = (network(problem) if network else Attention(problem, sdpa=True))
        target = torch.tensor(problem.target)
        self.target = target[:, -1] if problem.at == "last" else target.flatten()
        self.loss = self._loss
        if compiled:
            if form.endswith("by layer"):
                compiled_layer = torch.compile(self.network.layer, dynamic=False)
                self.network.wrap = lambda function: compiled_layer
            else:
                self.loss = torch.compile(self._loss, dynamic=False)
        options = {"lr": RATE, "momentum": MOMENTUM}
        try:  # one pass over weight, gradient and momentum; PyTorch 2.5 and later
            self.optimiser = torch.optim.SGD(self.network.parameters, fused=True, **options)
        except (TypeError, RuntimeError):
            self.optimiser = torch.optim.SGD(self.network.parameters, foreach=True, **options)

    def _loss(self):
        logits = self.network.logits()
        return F.cross_entropy(logits.reshape(-1, logits.shape[-1]), self.target)

    def __call__(self):
        loss = self.loss()
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.network.after_backward()
        self.optimiser.step()
        return loss.item()


def prepare(threads):
    """Before PyTorch is used: what only the environment sets is set by who starts the process."""
    os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", str(len(os.sched_getaffinity(0))))
