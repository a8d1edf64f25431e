"""The networks in JAX: pure functions of a dictionary of weights, each in the fastest form found."""
import jax
from jax import lax, numpy as jnp

ROLLED, UNROLLED = "layers by scan", "layers unrolled"


def over_layers(layer, x, weights, form):
    """Applies `layer(x, weights of a layer)` for each leading index of the weights."""
    if form == ROLLED:
        return lax.scan(lambda x, w: (layer(x, w), None), x, weights)[0]
    for at in range(len(jax.tree.leaves(weights)[0])):
        x = layer(x, jax.tree.map(lambda w: w[at], weights))
    return x


def attention(problem, form):
    """Returns (weights, function from weights to logits [..., symbols])."""
    p = problem
    inner = p.width // p.heads
    softmax = p.kernel == "softmax"
    table = jnp.asarray(p.bias() if softmax else p.decay())
    in_front = p.per_position
    x0 = jnp.asarray(p.x.swapaxes(0, 1).copy() if in_front else p.x)
    # t, s: positions; b: sample; h: head; d: feature of a head
    split = (p.positions, p.batch, 3, p.heads, inner) if in_front else \
        (p.batch, p.positions, 3, p.heads, inner)
    heads_first = (2, 1, 3, 0, 4) if in_front else (2, 0, 3, 1, 4)
    back = (2, 0, 1, 3) if in_front else (0, 2, 1, 3)

    def layer(x, w):
        q, k, v = (x @ w["qkv"]).reshape(split).transpose(heads_first)
        z = (q * inner ** -0.5) @ k.swapaxes(2, 3)
        if softmax:
            a = jax.nn.softmax(z + table, axis=-1)
        else:
            square = z * z
            a = square / (1 + square) * table
            a = a / (1e-3 + a.sum(-1, keepdims=True))
        x = x + (a @ v).transpose(back).reshape(x.shape)
        return x + jax.nn.relu(x @ w["w1"]) @ w["w2"]

    def logits(weights):
        x = over_layers(layer, x0, weights, form)
        if p.at == "last":
            x = x[-1] if in_front else x[:, -1]
        elif in_front:
            x = x.swapaxes(0, 1)
        return x[..., :p.symbols]
    return p.attention_weights(), logits, None


def perceptron(problem, form):
    """The third result is the mask of the gradient, by name."""
    p = problem
    dense, mask, bias = p.dense_perceptron()
    x0 = jnp.asarray(p.x.reshape(p.batch, -1))

    def add(x, w):
        h = x.reshape(p.batch, p.positions, p.width)
        mean = h.mean(-1, keepdims=True)
        variance = jnp.square(h - mean).mean(-1, keepdims=True)
        h = ((h - mean) * lax.rsqrt(variance + 1e-5)).reshape(x.shape)
        return h @ w["matrix"] + w["bias"]

    def logits(weights):
        first = jax.tree.map(lambda w: w[:-1], weights)
        x = over_layers(lambda x, w: x + jax.nn.relu(add(x, w)), x0, first, form)
        x = x + add(x, jax.tree.map(lambda w: w[-1], weights))
        return x.reshape(p.x.shape)[:, -1, :p.symbols]
    return {"matrix": dense, "bias": bias}, logits, {"matrix": jnp.asarray(mask)}


def lstm(problem, form):
    p = problem
    x0 = jnp.asarray(p.x.swapaxes(0, 1).copy())
    units = p.weights["w_hidden"].shape[-1]
    unroll = p.positions if form == "time unrolled" else 1

    def one_layer(x, w_input, bias, w_hidden):
        def step(state, part):
            h, c = state
            i, f, g, o = jnp.split(part + h @ w_hidden.T, 4, axis=-1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h
        zero = jnp.zeros((p.batch, units), jnp.float32)
        return lax.scan(step, (zero, zero), x @ w_input.T + bias, unroll=unroll)[1]

    def logits(weights):
        x = x0 @ weights["embed"].T
        for at in range(weights["w_hidden"].shape[0]):
            x = one_layer(x, *(weights[name][at] for name in ("w_input", "w_input_bias",
                                                               "w_hidden")))
        x = x[-1] if p.at == "last" else x.swapaxes(0, 1)
        return x @ weights["readout"].T + weights["readout_bias"]
    return dict(p.weights), logits, None
