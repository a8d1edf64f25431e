"""The page: tables and prose from the results, and the picture beside it."""
import os
import statistics

from . import BenchError
from .cells import paper_cells
from .peers import PEERS
from .picture import draw

_PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "page.md")
_COMPILED, _EAGER = ("torch_compile", "jax"), ("torch", "torch_pypi")


def _ms(value):
    return f"{value:.3g}" if value < 100 else f"{value:,.0f}"


def _table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _letters(store):
    """The processors by a letter of each, in the order in which they came."""
    names = dict.fromkeys(record["processor"] for record in store.newest())
    return {name: chr(ord("a") + number) for number, name in enumerate(names)}


def _iarc_head(store):
    return ["on"] * (len(_letters(store)) > 1) + ["ms a step", "of the peak"]


def _iarc_columns(store, cell):
    """The processor where there are several, ms a step and fraction of the peak, or what stands in
    their place."""
    iarc, letters = store.iarc(cell), _letters(store)
    on = []
    if len(letters) > 1:
        on = [letters[store.of(cell)[-1]["processor"]] if iarc else ""]
    if iarc is None:
        return [*on, "missing", ""]
    if isinstance(iarc, str):
        return [*on, iarc, ""]
    busy = " (busy)" if store.busy(cell) else ""
    return [*on, _ms(statistics.median(iarc["ms"])) + busy,
            f"{statistics.median(iarc['fraction']):.2f}"]


def _peer_column(store, cell, name):
    """"12.3x (45.6 ms)"; bold with "slower" where the peer is faster."""
    found = store.peer(cell, name)
    if found is None:
        return ""
    ratio = store.ratio(cell, name)
    if ratio is None:
        return found[0].get("skipped", "")
    faster = f"{ratio:.1f}x" if ratio >= 1 else f"**slower: {ratio:.2f}x**"
    return f"{faster} ({_ms(statistics.median(found[0]['ms']))} ms)"


def promises(cell):
    """[(text, peers of which the best counts, least ratio)] of a cell of the paper."""
    if cell.kind == "attention":
        return [("eager", _EAGER, 10), ("compiled", _COMPILED, 5)]
    return [("every peer", tuple(PEERS), 3 if cell.kind == "perceptron" else 1)]


def _kept(store, cell):
    parts = []
    for text, names, least in promises(cell):
        ratios = [ratio for ratio in (store.ratio(cell, name) for name in names)
                  if ratio is not None]
        if not ratios:
            parts.append(f"{text}: not measured")
        elif min(ratios) >= least:
            parts.append(f"{text}: kept ({min(ratios):.1f} of {least})")
        else:
            parts.append(f"**{text}: not kept ({min(ratios):.1f} of {least})**")
    return "; ".join(parts)


def _paper_table(store):
    shown = [name for name in PEERS if any(store.peer(cell, name) for cell in paper_cells())]
    rows = []
    for cell in paper_cells():
        iarc = store.iarc(cell)
        flop = f"{iarc['product_flop'] / 1e9:.3g} GFLOP" if isinstance(iarc, dict) else ""
        rows.append([cell.network, flop, *_iarc_columns(store, cell),
                     *(_peer_column(store, cell, name) for name in shown), _kept(store, cell)])
    return _table(["network", "products", *_iarc_head(store),
                   *(PEERS[name].label for name in shown), "promise"], rows)


def _other_table(store, cells):
    shown = [name for name in PEERS if any(store.peer(cell, name) for cell in cells)]
    rows = []
    for cell in cells:
        group, setting, *network = cell.name.split("/")
        label = f"{group} {setting}" if network else group
        rows.append([label, cell.network, *_iarc_columns(store, cell),
                     *(_peer_column(store, cell, name) for name in shown)])
    return _table(["setting", "network", *_iarc_head(store),
                   *(PEERS[name].label for name in shown)], rows)


def _marks(store, cells):
    ratios = [(cell, name, store.ratio(cell, name)) for cell in cells for name in PEERS]
    ratios = [entry for entry in ratios if entry[2] is not None]
    slower = sorted({cell.name for cell, _, ratio in ratios if ratio < 1})
    missing = sum(store.iarc(cell) is None for cell in cells)
    text = f"{len(ratios)} comparisons" + (f", {missing} cells not measured yet" if missing else "")
    if slower:
        return (f"{text}; a peer is faster in {len(slower)} cells, which the table marks: "
                + ", ".join(slower) + ".")
    return text + ("; the program is the faster one in each." if ratios else ".")


def _settings_table(store):
    def all_tried(entry):
        return "; ".join(f"{key}: {value if isinstance(value, str) else _ms(value) + ' ms'}"
                         for key, value in entry["tried"].items())

    rows = []
    for cell in paper_cells():
        iarc = store.iarc(cell)
        if isinstance(iarc, dict) and iarc.get("tried"):
            rows.append([cell.network, "iarcc", f"`{iarc['form']}`", all_tried(iarc)])
        for name, peer in PEERS.items():
            found = store.peer(cell, name)
            if not found or "form" not in found[0]:
                continue
            entry = found[0]
            tried = all_tried(entry)
            rows.append([cell.network, f"{peer.label} {entry['version']}",
                         f"{entry['form']}, {entry['threads']} "
                         f"thread{'s' if entry['threads'] > 1 else ''}", tried])
    return _table(["network", "side", "best", "tried"], rows)


def _machine(store):
    if not store.records:
        return "Nothing is measured yet."
    texts = []
    for name, letter in _letters(store).items():
        records = [record for record in store.newest() if record["processor"] == name]
        cores = ", ".join(dict.fromkeys(str(record["cores"]) for record in records))
        versions = ", ".join(dict.fromkeys(record["iarcc"] for record in records))
        mark = f"{letter}: " if len(_letters(store)) > 1 else ""
        texts.append(f"{mark}{name}, {cores} cores, iarcc {versions}")
    days = sorted({record["when"][:10] for record in store.newest()})
    return f"Measured on: {'; '.join(texts)}; {' to '.join(dict.fromkeys([days[0], days[-1]]))}."


def page(store, cells):
    with open(_PAGE, encoding="utf-8") as file:
        template = file.read()
    others = [cell for cell in cells if cell.group != "paper"]
    rounds = sorted({len(record["iarc"]["ms"]) for record in store.newest() if "iarc" in record})
    seconds = sorted({record["seconds"] for record in store.newest() if "seconds" in record})
    return template.format(
        rounds=" or ".join(map(str, rounds)) or "some",
        seconds=" or ".join(f"{value:g}" for value in seconds) or "some",
        machine=_machine(store), paper=_paper_table(store), marks=_marks(store, cells),
        others=_other_table(store, others), settings=_settings_table(store),
        peers=_table(["peer", "is", "installed by"],
                     [[f"`{peer.name}`", peer.label, f"`{peer.install}`"]
                      for peer in PEERS.values()]))


def present(store, cells, folder):
    """Writes benchmarks.md and benchmarks.svg into the folder."""
    for name, text in (("benchmarks.md", page(store, cells)),
                       ("benchmarks.svg", draw(store, cells))):
        try:
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise BenchError(f"{error.filename}: {error.strerror}") from None
