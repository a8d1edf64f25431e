"""The results: a file of one line of JSON for each row that was measured, only ever added to."""
import json
import os
import statistics

from . import BenchError


class Store:
    def __init__(self, folder):
        self.path = os.path.join(folder, "benchmarks.jsonl")
        self.records = []
        try:
            os.makedirs(folder, exist_ok=True)
            if os.path.exists(self.path):
                with open(self.path, encoding="utf-8") as file:
                    lines = file.read().split("\n")
                for number, line in enumerate(lines, 1):
                    if line:
                        self.records.append(self._parse(line, number))
        except OSError as error:
            raise BenchError(f"{error.filename}: {error.strerror}",
                             "--out names a folder that can be written") from None

    def _parse(self, line, number):
        try:
            record = json.loads(line)
            record["cell"], record["digest"], record["peers"]
            return record
        except (ValueError, TypeError, KeyError):
            raise BenchError(f"{self.path}:{number}: not a record of this suite",
                             "remove the line, or name another folder by --out") from None

    def add(self, record):
        self.records.append(record)
        try:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")
        except OSError as error:
            raise BenchError(f"{self.path}: {error.strerror}") from None

    def of(self, cell):
        """The records of the cell as it is declared now, oldest first."""
        return [record for record in self.records if record["digest"] == cell.digest]

    def newest(self):
        """The records that count: of each cell the newest one, and the newest beside each peer."""
        newest = {}
        for number, record in enumerate(self.records):
            for name in [None, *record["peers"]]:
                newest[record["digest"], name] = number
        return [self.records[number] for number in sorted(set(newest.values()))]

    def missing(self, cell, peers):
        """Those of the peers that have no result beside this cell; None if the cell has none."""
        records = self.of(cell)
        if not records:
            return None
        if "skipped" in records[-1]:
            return []
        known = {name for record in records for name in record["peers"]}
        return [name for name in peers if name not in known]

    def iarc(self, cell):
        """The newest figures of the program, or a reason, or None."""
        records = self.of(cell)
        return (records[-1].get("iarc") or records[-1].get("skipped")) if records else None

    def peer(self, cell, name):
        """(newest result of the peer, the program's in the same run); None where there is none."""
        for record in reversed(self.of(cell)):
            if name in record["peers"]:
                return record["peers"][name], record.get("iarc")
        return None

    def ratio(self, cell, name):
        """How many times as long the peer takes: the median over the rounds, each of which timed
        one after the other. None without a figure."""
        found = self.peer(cell, name)
        if found is None or not found[0].get("ms"):
            return None
        return statistics.median(theirs / mine
                                 for theirs, mine in zip(found[0]["ms"], found[1]["ms"]))

    def busy(self, cell):
        """Whether other work had the cores while the cell was measured: its peak was under three
        quarters of the highest that as many threads of this processor had."""
        iarc = self.iarc(cell)
        if not isinstance(iarc, dict):
            return False
        processor = self.of(cell)[-1]["processor"]
        best = max(statistics.median(record["iarc"]["peak"]) for record in self.records
                   if "iarc" in record and record["processor"] == processor
                   and record["iarc"]["threads"] == iarc["threads"])
        return statistics.median(iarc["peak"]) < 0.75 * best
