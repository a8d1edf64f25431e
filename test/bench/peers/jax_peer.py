"""JAX's training step: one jitted function that updates weights and momentum in place."""
import os

from definition import MOMENTUM, RATE


def prepare(threads):
    """XLA makes one thread for each core that the process may use: fewer threads, fewer cores."""
    os.environ["JAX_PLATFORMS"] = "cpu"
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:threads])


def version():
    import jax
    return jax.__version__


def forms(problem, compiled):
    del compiled
    if problem.kind == "lstm":
        return ["time by scan", "time unrolled"]
    return ["layers by scan", "layers unrolled"]


class Step:
    """One update on the fixed batch; calling it gives the loss before the update."""

    def __init__(self, problem, form, threads, compiled):
        del threads, compiled
        import jax
        from jax import numpy as jnp
        import jax_networks
        network = getattr(jax_networks, problem.kind)
        weights, logits, masks = network(problem, form)
        self.weights = {name: jnp.array(w) for name, w in weights.items()}
        self.velocity = jax.tree.map(jnp.zeros_like, self.weights)
        target = jnp.asarray(problem.target[:, -1] if problem.at == "last" else problem.target,
                             jnp.int32)

        def loss(weights):
            z = jax.nn.log_softmax(logits(weights), axis=-1)
            return -jnp.take_along_axis(z, target[..., None], -1).mean()

        def step(weights, velocity):
            value, gradient = jax.value_and_grad(loss)(weights)
            for name, mask in (masks or {}).items():
                gradient[name] = gradient[name] * mask
            velocity = jax.tree.map(lambda v, g: MOMENTUM * v + g, velocity, gradient)
            return value, jax.tree.map(lambda w, v: w - RATE * v, weights, velocity), velocity
        self.step = jax.jit(step, donate_argnums=(0, 1))

    def __call__(self):
        value, self.weights, self.velocity = self.step(self.weights, self.velocity)
        for weight in self.weights.values():
            weight.block_until_ready()
        return float(value)
