"""The figures: learning curves, bars for each task, variants against a reference."""
import math

from .data import number, paper_text
from .svg import (colour, element, figure, label, line, path, spread_labels, text_width, title)

_TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1]


def _accuracy_axis(left, right, top, bottom):
    """Gridlines with their figures, 0 to 1, and the axis' name."""
    parts = []
    for tick in _TICKS:
        y = bottom - tick * (bottom - top)
        parts.append(line(left, y, right, y, "axis" if tick == 0 else "grid"))
        parts.append(label(left - 8, y + 4, f"{tick:.1f}", "end", "soft small"))
    middle = (top + bottom) / 2
    parts.append(label(14, middle, "accuracy at the last position", "middle", "soft small",
                       transform=f"rotate(-90 14 {middle:.1f})"))
    return parts


def _linear_ticks(most):
    """Four to eight round steps from 0 to `most`."""
    rough = most / 5
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return [step * i for i in range(int(most / step + 1e-9) + 1)]


def _superscript(exponent):
    return "10" + "".join("\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
                          ["-0123456789".index(digit)] for digit in str(exponent))


def curves(series, by_flop):
    """`series`: (label, colour index, [(step, mean, low, high)], FLOP a step). Against steps, or
    against the FLOP of training on a logarithmic axis. Returns (svg, width, height)."""
    names = [f"{name} {points[-1][1]:.2f}" for name, _, points, _ in series]
    right_margin = max([text_width(name) for name in names], default=40) + 30
    width, height = 510, 330
    left, right, top, bottom = 56, width - right_margin, 14, height - 50
    parts = _accuracy_axis(left, right, top, bottom)

    def work(step, flop):
        return step * flop if by_flop else step
    if by_flop:
        first = min(math.log10(work(points[0][0], flop)) for _, _, points, flop in series)
        last = max(math.log10(work(points[-1][0], flop)) for _, _, points, flop in series)
        last = max(last, first + 0.5)
        ticks = [e for e in range(math.floor(first), math.ceil(last) + 1)
                 if first - 1e-9 <= e <= last + 1e-9]
        marks = [(e, _superscript(e)) for e in ticks]
        if len(ticks) < 2:  # less than two decades of ticks: halves between
            marks += [(e + math.log10(f), f"{f}\u00b7{_superscript(e)}")
                      for e in range(math.floor(first), math.ceil(last) + 1) for f in (2, 5)
                      if first <= e + math.log10(f) <= last]

        def x_of(step, flop):
            return left + (math.log10(work(step, flop)) - first) / (last - first) * (right - left)
        positions = [(left + (e - first) / (last - first) * (right - left), text)
                     for e, text in marks]
        name = "training compute in FLOP"
    else:
        most = max(points[-1][0] for _, _, points, _ in series)

        def x_of(step, flop):
            return left + step / most * (right - left)
        positions = [(left + tick / most * (right - left), f"{tick:,.0f}")
                     for tick in _linear_ticks(most)]
        name = "training steps"
    for x, text in positions:
        parts.append(line(x, bottom, x, bottom + 4, "axis"))
        parts.append(label(x, bottom + 18, text, "middle", "soft small"))
    parts.append(label((left + right) / 2, height - 10, name, "middle", "soft small"))

    def y_of(value):
        return bottom - value * (bottom - top)
    ends = []
    for series_name, index, points, flop in series:
        if any(high > low for _, _, low, high in points):
            outline = ([(x_of(step, flop), y_of(high)) for step, _, _, high in points]
                       + [(x_of(step, flop), y_of(low)) for step, _, low, _ in reversed(points)])
            parts.append(element("path", d=path(outline) + "Z", fill=colour(index), class_="band"))
        means = [(x_of(step, flop), y_of(mean)) for step, mean, _, _ in points]
        parts.append(element("path", title(f"{series_name}: {points[-1][1]:.3f} after "
                                           f"{points[-1][0]:,} steps"), d=path(means),
                             stroke=colour(index), class_="curve"))
        for step, mean, low, high in points[::max(1, len(points) // 40)]:
            spread = f" ({low:.3f} to {high:.3f})" if high > low else ""
            parts.append(element("circle", title(f"{series_name}, step {step:,}: {mean:.3f}"
                                                 f"{spread}"),
                                 cx=x_of(step, flop), cy=y_of(mean), r=5, class_="hit"))
        ends.append((x_of(points[-1][0], flop), y_of(points[-1][1])))
    placed = spread_labels([y for _, y in ends], 16, top + 2, bottom - 2)
    for (x, y), at, (_, index, _, _), name in zip(ends, placed, series, names):
        # A line leads to labels that had to move, or whose curve ends early.
        if right - x > 4 or abs(at - y) > 3:
            parts.append(element("path", d=path([(x + 4, y), (max(x + 4, right - 2), at),
                                                 (right + 4, at)]), fill="none", class_="leader"))
        parts.append(element("circle", cx=x, cy=y, r=3.5, fill=colour(index)))
        parts.append(element("rect", x=float(right + 8), y=at - 5, width=10, height=10, rx=2,
                             fill=colour(index)))
        parts.append(label(right + 22, at + 4, name, class_="small"))
    what = "training compute" if by_flop else "training steps"
    return figure(width, height, parts, f"Accuracy against {what}"), width, height


def _legend(entries, width, left):
    """Swatches with names, in as many rows as they need; returns (parts, height)."""
    parts, x, y = [], left, 12
    for kind, index, text in entries:
        needed = text_width(text) + 34
        if x + needed > width and x > left:
            x, y = left, y + 20
        if kind == "paper":
            parts += [line(x - 1, y - 4, x + 11, y - 4, "paper"),
                      element("circle", cx=float(x + 5), cy=float(y - 4), r=3, class_="paper-dot")]
        else:
            parts.append(element("rect", x=float(x), y=float(y - 9), width=10, height=10, rx=2,
                                 fill=colour(index)))
        parts.append(label(x + 16, y, text, class_="small"))
        x += needed
    return parts, y + 16


def _paper_mark(value, x, half, y_of, text):
    """What the paper reports, across a bar."""
    if isinstance(value, (list, tuple)):
        low, high = value
        return [element("g", title(text)
                        + line(x, y_of(low), x, y_of(high), "paper")
                        + line(x - half, y_of(low), x + half, y_of(low), "paper")
                        + line(x - half, y_of(high), x + half, y_of(high), "paper"))]
    if isinstance(value, (int, float)):
        return [element("g", title(text) + line(x - half, y_of(value), x + half, y_of(value),
                                                "paper")
                        + element("circle", cx=float(x), cy=float(y_of(value)), r=3,
                                  class_="paper-dot"))]
    return []


def bars(tasks, models):
    """`tasks`: labels; `models`: (label, colour index, [(entry or None, paper, note)] by task).
    Returns (svg, width, height)."""
    width = 820
    left, right = 56, width - 10
    has_paper = any(not isinstance(paper, str) and paper is not None
                    for _, _, values in models for _, paper, _ in values)
    entries = [("bar", index, name) for name, index, _ in models]
    legend, legend_height = _legend(entries + ([("paper", 0, "the paper")] if has_paper else []),
                                    right, left)
    top = legend_height + 14
    height = top + 290
    bottom = height - 44
    parts = legend + _accuracy_axis(left, right, top, bottom)

    def y_of(value):
        return bottom - value * (bottom - top)
    group = (right - left) / max(1, len(tasks))
    slot = min(46.0, (group - 22) / max(1, len(models)))
    bar = slot - 3
    for at, task in enumerate(tasks):
        middle = left + group * (at + 0.5)
        parts.append(label(middle, bottom + 20, task, "middle"))
        for place, (name, index, values) in enumerate(models):
            entry, paper, note = values[at]
            x = middle + (place - len(models) / 2) * slot + 1.5
            centre = x + bar / 2
            if entry is None or entry.mean() is None:
                if entry is None and paper is None:
                    continue
                word = "diverged" if entry and entry.diverged else "missing"
                parts.append(element("rect", title(f"{name}, {task}: {word}"), x=x,
                                     y=float(bottom - 62), width=bar, height=62.0, rx=2,
                                     class_="missing"))
                parts.append(label(centre + 3.5, bottom - 6, word, class_="soft tiny",
                                   transform=f"rotate(-90 {centre + 3.5:.1f} {bottom - 6})"))
            else:
                mean, (low, high) = entry.mean(), entry.range()
                y = y_of(mean)
                seeds = f"{len(entry.records)} of {entry.planned} seeds"
                parts.append(element(
                    "path", title(f"{name}, {task}: {mean:.3f}, {seeds}, {entry.steps:,} steps"),
                    d=f"M{x:.1f} {bottom:.1f}V{min(y + 3, bottom):.1f}q0 -3 3 -3h{bar - 6:.1f}"
                      f"q3 0 3 3V{bottom:.1f}Z", fill=colour(index)))
                if high > low:
                    parts.append(line(centre, y_of(low), centre, y_of(high), "whisker"))
                parts.append(label(centre, y_of(high) - 5, f"{mean:.2f}{note}", "middle", "tiny"))
            parts += _paper_mark(paper, centre, bar / 2 - 2, y_of,
                                 f"{name}, {task}: the paper reports {paper_text(paper)}")
    return figure(width, height, parts, "Accuracy of each model on each task"), width, height


def variants(rows, base):
    """`rows`: (label, entry, is reference). Dots on one line each, the reference as a line across.
    Returns (svg, width, height)."""
    values = [value for _, entry, _ in rows for value in entry.values()] or [0.9]
    low = max(0.0, math.floor((min(values) - 0.02) * 20) / 20)
    high = min(1.0, math.ceil((max(values) + 0.005) * 20) / 20)
    width, left = 640, max(text_width(name) for name, _, _ in rows) + 24
    right, top, row = width - 120, 14, 30
    bottom = top + row * len(rows)
    height = bottom + 44
    parts = []

    def x_of(value):
        return left + (value - low) / (high - low) * (right - left)
    ticks = _linear_ticks(high - low)
    for tick in ticks:
        x = x_of(low + tick)
        parts.append(line(x, top, x, bottom, "grid"))
        parts.append(label(x, bottom + 16, f"{low + tick:.2f}", "middle", "soft small"))
    parts.append(line(left, bottom, right, bottom, "axis"))
    parts.append(label((left + right) / 2, height - 8, "accuracy at the last position", "middle",
                       "soft small"))
    if base is not None:
        parts.append(line(x_of(base), top, x_of(base), bottom, "axis", stroke_dasharray="4 3"))
    for at, (name, entry, reference) in enumerate(rows):
        y = top + row * (at + 0.5)
        parts.append(label(left - 12, y + 4, name, "end", "small"))
        mean = entry.mean()
        if mean is None:
            parts.append(label(left + 8, y + 4, "diverged" if entry.diverged else "missing",
                               class_="soft small"))
            continue
        if base is not None:
            parts.append(line(x_of(base), y, x_of(mean), y, "leader"))
        for value in entry.values():
            parts.append(element("circle", cx=x_of(value), cy=y, r=3, fill=colour(0),
                                 opacity="0.45"))
        parts.append(element("circle", title(f"{name}: {mean:.4f}"), cx=x_of(mean), cy=y, r=5,
                             fill=colour(0)))
        change = "" if base is None or reference else f"  ({mean - base:+.3f})"
        parts.append(label(right + 12, y + 4, number(mean) + change, class_="small"))
    return figure(width, height, parts, "Accuracy of variants against the reference"), width, height
