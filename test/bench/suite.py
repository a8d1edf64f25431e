#!/usr/bin/env python3
"""The benchmark suite of iarc: every network beside its peers, one axis at a time.

usage: suite.py IARCC [OPTIONS]

Examples:
  suite.py build/bin/iarcc                        what is not measured yet, then the page
  suite.py build/bin/iarcc --only 'paper/*'       these cells; may be given several times
  suite.py build/bin/iarcc --list                 every cell and how it stands
  suite.py --present                              the page and the picture from what there is

Options:
  --only PATTERN      only cells whose name matches; GROUP/VALUE/NETWORK, see --list
  --peers A,B|none    peers: torch, torch_pypi, torch_compile, jax (all of them in the
                      paper's setting, torch_pypi and jax elsewhere)
  --python PEER=PATH  the Python of a peer (or set IARC_BENCH_PEER)
  --out FOLDER        benchmarks.jsonl, .md and .svg go there (docs)
  --again             measure rows anew that have a result
  --rounds N          turns of the program and its peers in a row (5)
  --seconds X         seconds of one turn of each (0.7)
  --beside COMMAND    runs while the rounds of a row are timed, then is ended: such as one that
                      stops other work on the machine
  --for SECONDS       begin no further row after this time
  --list, --present   see above
  -h, --help          print this help

A row that has a result is never measured again unless asked for: stop the suite at any time and
call it again. Exit status: 0 all right, 2 wrong usage, 4 a file or a program failed, 130 and 143
stopped by SIGINT and SIGTERM.
"""
import argparse
import difflib
import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from iarc_bench import BenchError, say  # noqa: E402
from iarc_bench.cells import all_cells, paper_cells, select, tiny_cells  # noqa: E402
from iarc_bench.measure import Row  # noqa: E402
from iarc_bench.peers import PEERS  # noqa: E402
from iarc_bench.programs import ROOT  # noqa: E402
from iarc_bench.report import present  # noqa: E402
from iarc_bench.store import Store  # noqa: E402

USUAL_PEERS = ["torch_pypi", "jax"]  # beside the cells that are not the paper's: the faster eager one


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise BenchError(message, "suite.py --help lists what there is", 2)


def positive(kind):
    def convert(text):
        value = kind(text)
        if not 0 < value < 1e6:
            raise ValueError
        return value
    convert.__name__ = "positive number"
    return convert


def parse():
    parser = Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("iarcc", nargs="?")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--peers")
    parser.add_argument("--python", action="append", default=[])
    parser.add_argument("--out", default=os.path.join(ROOT, "docs"))
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--rounds", type=positive(int), default=5)
    parser.add_argument("--seconds", type=positive(float), default=0.7)
    parser.add_argument("--beside")
    parser.add_argument("--for", dest="limit", type=positive(float))
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--present", action="store_true")
    parser.add_argument("-h", "--help", action="store_true")
    options = parser.parse_args()
    if options.help:
        print(__doc__.strip())
        sys.exit(0)
    if options.list and options.present:
        raise BenchError("--list and --present exclude each other", "", 2)
    if not options.iarcc and not options.list and not options.present:
        raise BenchError("no compiler is named", "suite.py build/bin/iarcc", 2)
    if options.iarcc and not os.access(options.iarcc, os.X_OK):
        raise BenchError(f"{options.iarcc} is no program",
                         "give the path of iarcc, such as build/bin/iarcc", 2)
    options.peers = None if options.peers is None else \
        [name for name in options.peers.split(",") if name and options.peers != "none"]
    options.given = {}
    for text in options.python:
        name, equals, path = text.partition("=")
        if not equals:
            raise BenchError(f"--python takes PEER=PATH, not '{text}'", "", 2)
        options.given[name] = path
    for name in [*(options.peers or []), *options.given]:
        if name not in PEERS:
            near = difflib.get_close_matches(name, PEERS, 1)
            raise BenchError(f"unknown peer '{name}'",
                             f"did you mean '{near[0]}'?" if near else
                             f"known are {', '.join(PEERS)}", 2)
    return options


def installed(wanted, given):
    """{peer: its Python} of those that are there; says how to install the others."""
    pythons = {}
    for name in wanted:
        path = PEERS[name].interpreter(given)
        if path:
            pythons[name] = path
        else:
            say(f"note: {PEERS[name].label} is not installed and left out; "
                f"install it: {PEERS[name].install}")
    return pythons


def wanted_peers(options, cell):
    if options.peers is not None:
        return options.peers
    return list(PEERS) if cell.group == "paper" else USUAL_PEERS


def best_forms(store, cell):
    """{peer: the form that was best in the paper's setting}; none for the paper's itself."""
    forms = {}
    for paper in paper_cells():
        if paper.network == cell.network and cell.group not in ("paper", "tiny"):
            for name in PEERS:
                found = store.peer(paper, name)
                if found and "form" in found[0]:
                    forms[name] = found[0]["form"]
    return forms


def list_cells(cells, store):
    for cell in cells:
        iarc = store.iarc(cell)
        state = "missing" if iarc is None else f"skipped: {iarc}" if isinstance(iarc, str) else \
            f"{sorted(iarc['ms'])[len(iarc['ms']) // 2]:.3g} ms"
        peers = [name for name in PEERS if store.peer(cell, name)]
        print(f"{cell.name:40} {state}{'  beside ' + ', '.join(peers) if peers else ''}")


def run(options, cells, store):
    pythons = installed(dict.fromkeys(name for cell in cells
                                      for name in wanted_peers(options, cell)), options.given)
    start = time.monotonic()
    with open(os.devnull if not os.environ.get("IARC_BENCH_LOG") else os.environ["IARC_BENCH_LOG"],
              "a", encoding="utf-8") as log:
        for cell in cells:
            wanted = [name for name in wanted_peers(options, cell) if name in pythons]
            missing = store.missing(cell, wanted)
            if options.again or missing is None:
                missing = wanted
            elif not missing:
                continue
            if options.limit and time.monotonic() - start > options.limit:
                say("the time is up; call again to go on")
                break
            row = Row(options, cell, {name: pythons[name] for name in missing},
                      best_forms(store, cell), log)
            record = row.measure()
            store.add(record)
            iarc = record.get("iarc")
            say(f"{cell.name}: " + (f"{min(iarc['ms']):.3g} ms at best" if iarc
                                    else "skipped, it " + record["skipped"]))


def main():
    options = parse()
    cells, unmatched = select(options.only)
    if unmatched:
        names = [cell.name for cell in all_cells() + tiny_cells()]
        near = difflib.get_close_matches(unmatched[0], names, 1, 0.4)
        raise BenchError(f"--only '{unmatched[0]}' matches no cell",
                         f"did you mean '{near[0]}'?" if near else "--list shows their names", 2)
    store = Store(options.out)
    if options.list:
        list_cells(cells, store)
        return
    if not options.present:
        run(options, cells, store)
    tiny = [cell for cell in cells if cell.group == "tiny"]
    present(store, all_cells() + tiny, options.out)


def stop(number, _):
    """Ends by way of every `finally`, so that the peers' processes and --beside end too."""
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    try:
        main()
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of --list, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except BenchError as error:
        say(f"error: {error}")
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        sys.exit(error.status)
