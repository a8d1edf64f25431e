"""The picture: for each network how many times as long the peers take, over all cells."""
import math
import os
import sys

from .cells import AXES, paper_cells
from .peers import PEERS
from .programs import ROOT

# The study's elements and colours serve here too.
sys.path.append(os.path.join(ROOT, "compiler", "tools", "iarc-study"))
from iarc_study.present.svg import (colour, element, figure, label, line, path,  # noqa: E402
                                    standalone, text_width, title)

COLUMNS, PANEL_WIDTH, PANEL_HEIGHT = 2, 450, 250
LOW, HIGH = 0.5, 200
_AXIS_NAMES = {"batch": "batch", "context": "context", "width": "width", "threads": "threads"}


def _columns(cells, paper):
    """[(axis, [(label, cell)])] of a network: each axis with the paper's cell in its place."""
    result = []
    for axis, (field, _) in AXES.items():
        own = [cell for cell in cells if cell.group == axis and cell.network == paper.network]
        if axis == "width" and paper.kind == "lstm":
            field = "units"
        entries = [(getattr(cell, field), cell) for cell in [*own, paper]]
        # All threads come last.
        entries.sort(key=lambda entry: entry[0] or math.inf)
        result.append((_AXIS_NAMES[axis], [(str(value or "all"), cell) for value, cell in entries]))
    return result


class _Panel:
    def __init__(self, x, y, width=PANEL_WIDTH):
        self.left, self.right = x + 44, x + width - 14
        self.top, self.bottom = y + 30, y + PANEL_HEIGHT - 46
        self.parts = []

    def y_of(self, ratio):
        share = math.log(min(max(ratio, LOW), HIGH) / LOW) / math.log(HIGH / LOW)
        return self.bottom - share * (self.bottom - self.top)

    def frame(self, name):
        self.parts.append(label(self.left - 30, self.top - 14, name, style="font-weight: 600"))
        for tick in (1, 2, 5, 10, 20, 50, 100):
            y = self.y_of(tick)
            self.parts += [line(self.left, y, self.right, y, "axis" if tick == 1 else "grid"),
                           label(self.left - 6, y + 4, f"{tick}x", "end", "soft small")]

    def dots(self, store, places):
        """`places`: [(x, cell)] of one axis, joined by lines."""
        for index, (name, peer) in enumerate(PEERS.items()):
            points = []
            for x, cell in places:
                ratio = store.ratio(cell, name)
                if ratio is None:
                    continue
                points.append((x, self.y_of(ratio)))
                tooltip = f"{cell.name}: {peer.label} takes {ratio:.2f} times as long"
                self.parts.append(element("circle", title(tooltip), cx=float(x), r=4,
                                          cy=float(points[-1][1]), fill=colour(index)))
            if len(points) > 1:
                self.parts.insert(0, element("path", d=path(points), class_="curve",
                                             stroke=colour(index), opacity="0.55"))


def _network(store, cells, paper, x, y):
    panel = _Panel(x, y)
    panel.frame(paper.network)
    columns = _columns(cells, paper)
    count = sum(len(entries) for _, entries in columns)
    gap = 0.45  # between axes, in steps
    step = (panel.right - panel.left) / (count + gap * len(columns))
    at = panel.left + step * (gap / 2 + 0.5)
    for axis, entries in columns:
        places = []
        for text, cell in entries:
            bold = "font-weight: 600" if cell is paper else None
            panel.parts.append(label(at, panel.bottom + 16, text, "middle", "soft small",
                                     style=bold))
            places.append((at, cell))
            at += step
        middle = (places[0][0] + places[-1][0]) / 2
        panel.parts.append(label(middle, panel.bottom + 34, axis, "middle", "small"))
        panel.dots(store, places)
        at += gap * step
    return panel.parts


def _corners(store, corners, y, width):
    panel = _Panel(0, y, width)
    panel.frame("corners")
    step = (panel.right - panel.left) / max(1, len(corners))
    for at, cell in enumerate(corners):
        x = panel.left + step * (at + 0.5)
        name = cell.name.split("/")[1].replace("_", " ")
        first, _, rest = name.rpartition(" ")
        for row, word in enumerate([first, rest] if first else [rest]):
            panel.parts.append(label(x, panel.bottom + 16 + 13 * row, word, "middle", "soft small"))
        panel.dots(store, [(x, cell)])
    return panel.parts


def draw(store, cells):
    """The text of an SVG file, for light and dark."""
    width = COLUMNS * PANEL_WIDTH
    parts, x = [], 14
    for index, peer in enumerate(PEERS.values()):
        parts += [element("rect", x=float(x), y=11.0, width=10, height=10, rx=2,
                          fill=colour(index)), label(x + 16, 20, peer.label, class_="small")]
        x += text_width(peer.label, 11) + 44
    parts.append(label(width - 14, 20, "step of the peer / step of iarc; bold: the paper's setting",
                       "end", "soft small"))
    top = 36
    for at, paper in enumerate(paper_cells()):
        parts += _network(store, cells, paper, at % COLUMNS * PANEL_WIDTH,
                          top + at // COLUMNS * PANEL_HEIGHT)
    y = top + math.ceil(len(paper_cells()) / COLUMNS) * PANEL_HEIGHT
    parts += _corners(store, [cell for cell in cells if cell.group == "corner"], y, width)
    height = y + PANEL_HEIGHT
    return standalone(figure(width, height, parts, "Training steps of iarc beside its peers"),
                      width, height)
