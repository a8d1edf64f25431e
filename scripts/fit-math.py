#!/usr/bin/env python3
"""Fits the coefficients of compiler/lib/Lowering/VectorMath.cpp and prints them.

Each function is approximated by a polynomial, or a quotient of two whose denominator starts with
1, with a small largest error: Lawson's iteration of weighted least squares, linearised as by
Sanathanan and Koerner. Coefficients are rounded to f32 one after another, from the highest degree
down, and the others fitted again each time, so that they make up for the rounding.

Needs Debian's python3-mpmath and python3-numpy; takes about half a minute.
"""

import mpmath as mp
import numpy as np

mp.mp.dps = 50
POINTS = 3000
ITERATIONS = 60


def least_squares(matrix, right):
    """Solves in extended precision: Gram-Schmidt, each column twice."""
    count = matrix.shape[1]
    q, r = matrix.copy(), np.zeros((count, count), np.longdouble)
    for j in range(count):
        for _ in range(2):
            for i in range(j):
                share = q[:, i] @ q[:, j]
                r[i, j] += share
                q[:, j] -= share * q[:, i]
        r[j, j] = np.sqrt(q[:, j] @ q[:, j])
        q[:, j] /= r[j, j]
    y = q.T @ right
    solution = np.zeros(count, np.longdouble)
    for i in reversed(range(count)):
        solution[i] = (y[i] - r[i, i + 1:] @ solution[i + 1:]) / r[i, i]
    return solution


def fit(name, function, begin, end, numerator, denominator=0, relative=False):
    """Fits `function` on [begin, end] by polynomials of these degrees and prints them."""
    nodes = np.cos(np.pi * (np.arange(POINTS) + 0.5) / POINTS)
    x = (begin + end) / 2 + (end - begin) / 2 * nodes
    exact = np.array([np.longdouble(mp.nstr(function(mp.mpf(float(v))), 25)) for v in x])
    scale = np.longdouble(max(abs(begin), abs(end)))
    s = x.astype(np.longdouble) / scale
    column = lambda c: s ** c[1] if c[0] == "P" else -exact * s ** c[1]
    coefficients = [("P", i) for i in range(numerator + 1)]
    coefficients += [("Q", i) for i in range(1, denominator + 1)]
    order = sorted(coefficients, key=lambda c: (-c[1], c[0] == "P"))
    rounded, best = {}, None
    for stage in range(len(order) + 1):
        free = [c for c in coefficients if c not in rounded]
        right = exact - sum(column(c) * v for c, v in rounded.items())
        weights, q, best = np.ones(POINTS, np.longdouble), np.ones(POINTS, np.longdouble), None
        for _ in range(ITERATIONS if free else 1):
            values = dict(rounded)
            if free:
                w = np.sqrt(weights) / np.abs(q) / (np.abs(exact) if relative else 1)
                a = np.array([column(c) for c in free]).T * w[:, None]
                norms = np.sqrt((a ** 2).sum(0))
                values |= zip(free, least_squares(a / norms, right * w) / norms)
            p = sum(values["P", i] * s ** i for i in range(numerator + 1))
            q = 1 + sum(values["Q", i] * s ** i for i in range(1, denominator + 1))
            error = np.abs(p / q - exact) / (np.abs(exact) if relative else 1)
            if best is None or error.max() < best[0]:
                best = error.max(), values
            weights = weights * (error / error.max() + 1e-3)
            weights /= weights.mean()
        if stage == 0:
            unrounded = best[0]
        if stage < len(order):
            c = order[stage]
            number = np.float32(float(best[1][c] / scale ** c[1]))
            rounded[c] = np.longdouble(float(number)) * scale ** c[1]
    print(f"{name}: largest error 2^{float(np.log2(unrounded)):.2f}, "
          f"with coefficients of f32 2^{float(np.log2(best[0])):.2f}")
    for kind, degree in (("P", numerator), ("Q", denominator)):
        if kind == "Q" and not degree:
            continue
        numbers = [np.float32(float(best[1].get((kind, i), np.longdouble(1)) / scale ** i))
                   for i in range(degree + 1)]
        print("  " + ", ".join(f"{float(v)!r}f" for v in numbers))


def series(function, series_at_zero, limit):
    """`function`, or near zero, where it cancels, its series."""
    return lambda x: series_at_zero(x) if abs(x) < limit else function(x)


def main():
    half = mp.log(2) / 2 * mp.mpf("1.0005")
    fit("exp: (e^r - 1 - r) / r^2",
        series(lambda r: (mp.exp(r) - 1 - r) / r ** 2, lambda r: mp.mpf(1) / 2 + r / 6, 1e-12),
        -float(half), float(half), 4)
    fit("log: (log(1 + f) - f + f^2 / 2) / f^3",
        series(lambda f: (mp.log(1 + f) - f + f * f / 2) / f ** 3,
               lambda f: mp.mpf(1) / 3 - f / 4, 1e-10),
        float(mp.sqrt(0.5) - 1), float(mp.sqrt(2) - 1), 7)
    fit("tanh: tanh(sqrt(u)) / sqrt(u)",
        series(lambda u: mp.tanh(mp.sqrt(u)) / mp.sqrt(u), lambda u: 1 - u / 3, 1e-20),
        0.0, 9.0 ** 2, 4, 4, relative=True)
    fit("erf: erf(sqrt(u)) / sqrt(u)",
        series(lambda u: mp.erf(mp.sqrt(u)) / mp.sqrt(u),
               lambda u: 2 / mp.sqrt(mp.pi) * (1 - u / 3), 1e-20),
        0.0, 3.92 ** 2, 5, 5, relative=True)
    quarter = float((mp.pi / 4) ** 2 * mp.mpf("1.001"))
    fit("sin: (sin(sqrt(u)) / sqrt(u) - 1) / u",
        series(lambda u: (mp.sin(mp.sqrt(u)) / mp.sqrt(u) - 1) / u,
               lambda u: -mp.mpf(1) / 6 + u / 120, 1e-12), 0.0, quarter, 3)
    fit("cos: (cos(sqrt(u)) - 1 + u / 2) / u^2",
        series(lambda u: (mp.cos(mp.sqrt(u)) - 1 + u / 2) / u ** 2,
               lambda u: mp.mpf(1) / 24 - u / 720, 1e-12), 0.0, quarter, 3)


if __name__ == "__main__":
    main()
