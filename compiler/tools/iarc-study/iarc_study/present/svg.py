"""SVG as text: elements, axes and labels, drawn with the page's CSS variables.

A figure inside the page takes the variables from there; as a file of its own it carries them.
"""
from xml.sax.saxutils import escape, quoteattr

# Light and dark are chosen apart: the same eight hues, each legible on its ground.
LIGHT = {"ground": "#fcfcfb", "panel": "#ffffff", "ink": "#1b1b19", "soft": "#5d5c57",
         "faint": "#8b8a84", "line": "#e3e2dd", "axis": "#b9b8b1", "good": "#0f7a4f",
         "warn": "#b4501c", "tint": "#f2f1ed",
         "c0": "#2a78d6", "c1": "#e0602c", "c2": "#149b6b", "c3": "#6a56c8", "c4": "#c98a00",
         "c5": "#d2568c", "c6": "#4f6b7a", "c7": "#8a5a2b"}
DARK = {"ground": "#161614", "panel": "#1e1e1c", "ink": "#f1f0ea", "soft": "#b9b8b0",
        "faint": "#8c8b84", "line": "#34332f", "axis": "#5f5e58", "good": "#4cc38a",
        "warn": "#f08a56", "tint": "#272724",
        "c0": "#4f9bf0", "c1": "#f07a45", "c2": "#35b987", "c3": "#9a8bf0", "c4": "#dba426",
        "c5": "#e77fae", "c6": "#8fabba", "c7": "#c4935f"}

_STYLE = """
.iarc text { font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif;
  fill: var(--ink); }
.iarc text.soft { fill: var(--soft); }
.iarc text.small { font-size: 11px; }
.iarc text.tiny { font-size: 9.5px; }
.iarc .grid { stroke: var(--line); stroke-width: 1; }
.iarc .axis { stroke: var(--axis); stroke-width: 1; }
.iarc .curve { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.iarc .band { opacity: 0.16; }
.iarc .whisker { stroke: var(--ink); stroke-width: 1.2; }
.iarc .paper { stroke: var(--ink); stroke-width: 2; }
.iarc .paper-dot { fill: var(--panel); stroke: var(--ink); stroke-width: 1.5; }
.iarc .missing { fill: none; stroke: var(--faint); stroke-width: 1; stroke-dasharray: 3 3; }
.iarc .leader { stroke: var(--axis); stroke-width: 1; }
.iarc .hit { fill: transparent; }
"""


def variables(colours):
    return " ".join(f"--{name}: {value};" for name, value in colours.items())


def style():
    """The rules of all figures, for the page."""
    return _STYLE


def colour(index):
    return f"var(--c{index % 8})"


def element(name, content="", **attributes):
    """An element; `_` in a name of an attribute stands for `-`, `class_` for class."""
    text = "".join(f" {key.rstrip('_').replace('_', '-')}={quoteattr(_plain(value))}"
                   for key, value in attributes.items() if value is not None)
    return f"<{name}{text}>{content}</{name}>" if content else f"<{name}{text}/>"


def _plain(value):
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def label(x, y, text, anchor="start", class_="", **attributes):
    return element("text", escape(str(text)), x=float(x), y=float(y),
                   text_anchor=anchor if anchor != "start" else None, class_=class_ or None,
                   **attributes)


def line(x1, y1, x2, y2, class_, **attributes):
    return element("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=class_,
                   **attributes)


def path(points):
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def title(text):
    """A tooltip of the element that it stands in."""
    return f"<title>{escape(text)}</title>"


def text_width(text, size=12):
    """Roughly, for layout."""
    return len(text) * size * 0.56


def figure(width, height, parts, description):
    """The svg element, as the page takes it."""
    inner = f"<title>{escape(description)}</title>" + "\n".join(parts)
    return (f'<svg class="iarc" viewBox="0 0 {width} {height}" role="img" '
            f'aria-label={quoteattr(description)}>\n{inner}\n</svg>')


def standalone(svg, width, height):
    """The same as a file."""
    rules = (f"svg {{ {variables(LIGHT)} background: var(--panel); }}\n"
             f"@media (prefers-color-scheme: dark) {{ svg {{ {variables(DARK)} }} }}\n{_STYLE}")
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'class="iarc"')
    return ('<?xml version="1.0" encoding="UTF-8"?>\n'
            + svg.replace('<svg class="iarc"', head, 1).replace(
                "<title>", f"<style>{escape(rules)}</style>\n<title>", 1) + "\n")


def spread_labels(wanted, least, top, bottom):
    """Moves label positions apart so that none overlap: each at least `least` from the next, all
    within top..bottom, in the order of `wanted`. Returns the new positions."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [0.0] * len(wanted)
    at = top
    for i in order:
        placed[i] = at = max(wanted[i], at)
        at += least
    at = bottom
    for i in reversed(order):
        placed[i] = at = min(placed[i], at)
        at -= least
    return placed
