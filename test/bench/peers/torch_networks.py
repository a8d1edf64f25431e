"""The networks in PyTorch, each in the fastest form found; eager and torch.compile share them.

A network has `parameters` (leaves that want gradients), `logits()` [..., symbols] of the positions
that the loss reads, and `after_backward()`. Stacked weights are taken apart by unbind, whose
gradient is one stack; indexing would add a whole tensor of zeros for each layer.
"""
import torch
from torch.nn import functional as F


def leaf(array):
    return torch.tensor(array).requires_grad_()


class Network:
    def __init__(self, problem):
        self.problem = problem
        self.wrap = lambda function: function  # torch.compile, for a part that is repeated

    def after_backward(self):
        pass


class Attention(Network):
    """Transformer and cisformer. A matrix of its own for each position is one batched product
    whose batch is the position; activations then keep the position in front."""

    def __init__(self, problem, sdpa=False):
        super().__init__(problem)
        self.sdpa = sdpa
        weights = problem.attention_weights()
        self.qkv, self.w1, self.w2 = self.parameters = [leaf(weights[name])
                                                        for name in ("qkv", "w1", "w2")]
        softmax = problem.kernel == "softmax"
        self.table = torch.tensor(problem.bias() if softmax else problem.decay())
        self.in_front = problem.per_position
        x = torch.tensor(problem.x)
        self.x = x.transpose(0, 1).contiguous() if self.in_front else x

    def attend(self, qkv):
        p = self.problem
        inner = p.width // p.heads
        if self.in_front:  # position, batch, (q k v), head, feature
            q, k, v = qkv.view(p.positions, p.batch, 3, p.heads, inner).permute(2, 1, 3, 0, 4)
        else:
            q, k, v = qkv.view(p.batch, p.positions, 3, p.heads, inner).permute(2, 0, 3, 1, 4)
        scale = inner ** -0.5
        if self.sdpa:
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=self.table[None], scale=scale)
        else:
            z = (q * scale) @ k.transpose(2, 3)
            if p.kernel == "softmax":
                a = torch.softmax(z + self.table, -1)
            else:
                square = z * z
                a = square / (1 + square) * self.table
                a = a / (1e-3 + a.sum(-1, keepdim=True))
            y = a @ v
        order = (2, 0, 1, 3) if self.in_front else (0, 2, 1, 3)
        return y.permute(*order).reshape(qkv.shape[0], qkv.shape[1], p.width)

    def layer(self, x, qkv, w1, w2):
        x = x + self.attend(x @ qkv)
        return x + torch.relu(x @ w1) @ w2

    def logits(self):
        x, layer = self.x, self.wrap(self.layer)
        for weights in zip(self.qkv.unbind(0), self.w1.unbind(0), self.w2.unbind(0)):
            x = layer(x, *weights)
        if self.problem.at == "last":
            x = x[-1] if self.in_front else x[:, -1]
        elif self.in_front:
            x = x.transpose(0, 1)
        return x[..., :self.problem.symbols]


class Perceptron(Network):
    """One dense matrix a layer; what is masked begins at zero, and the mask on its gradient keeps
    it there."""

    def __init__(self, problem):
        super().__init__(problem)
        dense, mask, bias = problem.dense_perceptron()
        self.matrix, self.bias = self.parameters = [leaf(dense), leaf(bias)]
        self.mask = torch.tensor(mask)
        self.x = torch.tensor(problem.x)

    def layer(self, x, matrix, bias, last):
        p = self.problem
        h = F.layer_norm(x.view(p.batch, p.positions, p.width), (p.width,)).view(x.shape)
        y = torch.addmm(bias, h, matrix)
        return x + (y if last else torch.relu(y))

    def logits(self):
        x = self.x.flatten(1)
        layers, layer = self.matrix.shape[0], self.wrap(self.layer)
        for at, weights in enumerate(zip(self.matrix.unbind(0), self.bias.unbind(0))):
            x = layer(x, *weights, at + 1 == layers)
        return x.view(self.x.shape)[:, -1, :self.problem.symbols]

    def after_backward(self):
        self.matrix.grad.mul_(self.mask)


class LstmModule(Network):
    """torch.nn.LSTM; time in front."""

    def __init__(self, problem):
        super().__init__(problem)
        weights = problem.weights
        self.embed, self.readout, self.readout_bias = (
            leaf(weights[name]) for name in ("embed", "readout", "readout_bias"))
        layers, _, units = weights["w_hidden"].shape
        self.lstm = torch.nn.LSTM(units, units, layers)
        with torch.no_grad():
            for at in range(layers):
                for theirs, ours in (("weight_ih", "w_input"), ("weight_hh", "w_hidden"),
                                     ("bias_ih", "w_input_bias")):
                    getattr(self.lstm, f"{theirs}_l{at}").copy_(torch.tensor(weights[ours][at]))
                # The second bias is one that iarc's model does not have.
                getattr(self.lstm, f"bias_hh_l{at}").zero_().requires_grad_(False)
        self.parameters = [self.embed, self.readout, self.readout_bias,
                           *(w for w in self.lstm.parameters() if w.requires_grad)]
        self.x = torch.tensor(problem.x).transpose(0, 1).contiguous()

    def recur(self, x):
        return self.lstm(x)[0]

    def logits(self):
        x = self.recur(F.linear(self.x, self.embed))
        if self.problem.at == "last":
            return F.linear(x[-1], self.readout, self.readout_bias)
        return F.linear(x, self.readout, self.readout_bias).transpose(0, 1)


class LstmLoop(LstmModule):
    """The same written out: the input's part one product for all steps."""

    def recur(self, x):
        for w_input, w_hidden, bias, _ in self.lstm.all_weights:
            h = c = x.new_zeros(self.problem.batch, w_hidden.shape[1])
            outputs = []
            for part in F.linear(x, w_input, bias).unbind(0):
                i, f, g, o = (part + F.linear(h, w_hidden)).chunk(4, -1)
                c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                h = torch.sigmoid(o) * torch.tanh(c)
                outputs.append(h)
            x = torch.stack(outputs)
        return x
