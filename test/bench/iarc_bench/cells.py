"""The cells of the suite: the paper's setting of each network, one axis at a time, ten corners."""
import fnmatch
import hashlib
import json
from dataclasses import asdict, dataclass, replace

SUBTASKS = 4  # I, A, R, C in every cell
ALL = 0       # threads: those of all cores that the process may use


@dataclass(frozen=True)
class Cell:
    name: str      # GROUP/.../NETWORK
    network: str   # the example that it is, or varies
    kind: str      # attention, perceptron, lstm
    layers: int
    positions: int = 24
    features: int = 20
    batch: int = 200
    threads: int = ALL
    at: str = "last"
    kernel: str = ""         # of attention
    heads: int = 1
    placement: str = ""
    deviation: float = 0     # of the initial weights of attention
    units: int = 0           # of an LSTM

    @property
    def group(self):
        return self.name.split("/")[0]

    @property
    def tries_settings(self):
        """Whether both sides are timed at every setting first; other cells take the peers' from the
        paper's, and the program's usual one."""
        return self.group in ("paper", "tiny")

    @property
    def digest(self):
        """Of what is measured: a cell whose setting changed is another."""
        text = json.dumps({**asdict(self), "name": ""}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def parameters(self):
        """The -D of Inputs/KIND.iarc."""
        result = {"layers": self.layers, "positions": self.positions, "features": self.features}
        if self.kind == "attention":
            result.update(heads=self.heads, kernel=self.kernel, placement=self.placement,
                          deviation=self.deviation, at=self.at)
        if self.kind == "lstm":
            result["units"] = self.units
        return result


def paper_cells():
    """The six networks in the paper's setting, as the examples declare them."""
    attention = {"kind": "attention", "heads": 4}
    cells = []
    for kernel in ("expressive", "softmax"):
        cells.append(Cell("", f"cisformer_{kernel}", layers=12, kernel=kernel, deviation=0.1,
                          placement="per position", **attention))
    for kernel in ("expressive", "softmax"):
        cells.append(Cell("", f"transformer_{kernel}", layers=60, kernel=kernel, deviation=0.05,
                          placement="shared", **attention))
    cells.append(Cell("", "causal_mlp", kind="perceptron", layers=16))
    cells.append(Cell("", "lstm", kind="lstm", layers=2, units=480, at="all"))
    return [replace(cell, name=f"paper/{cell.network}") for cell in cells]


# axis -> (the cell's field, values beside the paper's)
AXES = {"batch": ("batch", [1, 32, 1000]), "context": ("positions", [8, 128]),
        "width": ("features", [64, 256]), "threads": ("threads", [1])}


def axis_cells():
    """An LSTM's width is that of its state: 480 in the paper, and its tokens stay at 20."""
    cells = []
    for paper in paper_cells():
        for axis, (field, values) in AXES.items():
            if paper.kind == "lstm" and axis == "width":
                field, values = "units", [64, 256]
            cells += [replace(paper, name=f"{axis}/{value}/{paper.network}", **{field: value})
                      for value in values]
    return cells


def corner_cells():
    paper = {cell.network: cell for cell in paper_cells()}
    corners = {
        "one_sample": ("cisformer_expressive", dict(batch=1, positions=8, layers=2, threads=1)),
        "odd_sizes": ("cisformer_softmax", dict(batch=37, positions=23, features=21, heads=3)),
        "one_head": ("transformer_softmax", dict(layers=12, heads=1)),
        "many_heads": ("transformer_expressive", dict(layers=12, features=64, heads=16)),
        "deep": ("transformer_softmax", dict(layers=240)),
        "long_context": ("transformer_softmax",
                         dict(layers=2, positions=512, features=64, batch=16)),
        "wide_and_shallow": ("transformer_expressive", dict(layers=2, features=256, batch=32)),
        "every_position": ("transformer_softmax", dict(layers=12, at="all")),
        "large_batch": ("causal_mlp", dict(layers=2, batch=4000)),
        "one_sequence": ("lstm", dict(batch=1, threads=1)),
    }
    return [replace(paper[network], name=f"corner/{name}/{network}", **changes)
            for name, (network, changes) in corners.items()]


def tiny_cells():
    """One of each kind that takes no time: for tests of the suite, named by --only alone."""
    paper = {cell.network: cell for cell in paper_cells()}
    small = dict(batch=3, positions=5, features=9, layers=2, threads=1)
    return [replace(paper["cisformer_softmax"], name="tiny/cisformer_softmax", heads=3, **small),
            replace(paper["causal_mlp"], name="tiny/causal_mlp", **small),
            replace(paper["lstm"], name="tiny/lstm", units=7, **small)]


def all_cells():
    return paper_cells() + axis_cells() + corner_cells()


def select(patterns):
    """The cells whose names match one of the patterns; all but the tiny ones without a pattern.
    Returns (cells, the patterns that match none)."""
    if not patterns:
        return all_cells(), []
    cells = all_cells() + tiny_cells()
    names = [cell.name for cell in cells]
    unmatched = [pattern for pattern in patterns if not fnmatch.filter(names, pattern)]
    return [cell for cell in cells
            if any(fnmatch.fnmatchcase(cell.name, pattern) for pattern in patterns)], unmatched
