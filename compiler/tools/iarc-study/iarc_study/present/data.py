"""What the presentations read: finished cells looked up by model, task, options and steps."""
import statistics
from dataclasses import dataclass


@dataclass
class Entry:
    """The cells of one place in a table or figure: the seeds of one setting."""
    model: str
    task: str
    options: tuple
    steps: int
    cells: list
    records: list  # of the finished cells, by seed
    diverged: int

    @property
    def planned(self):
        return len(self.cells)

    @property
    def missing(self):
        return not self.records and not self.diverged

    def values(self, name="accuracy_last"):
        return [record[name] for record in self.records if record.get(name) is not None]

    def mean(self, name="accuracy_last"):
        values = self.values(name)
        return statistics.fmean(values) if values else None

    def spread(self, name="accuracy_last"):
        """The sample standard deviation over seeds, or None of less than two."""
        values = self.values(name)
        return statistics.stdev(values) if len(values) > 1 else None

    def range(self, name="accuracy_last"):
        values = self.values(name)
        return (min(values), max(values)) if values else None

    def subtasks(self):
        """subtask -> mean accuracy, of those that the task has."""
        sums = {}
        for record in self.records:
            for subtask, value in (record.get("subtask_accuracy") or {}).items():
                if value is not None:
                    sums.setdefault(subtask, []).append(value)
        return {subtask: statistics.fmean(values) for subtask, values in sums.items()}

    def curve(self):
        """Columns over the seeds: step, mean, lowest and highest accuracy."""
        by_step = {}
        for record in self.records:
            for step, value in zip(record["curve"]["step"], record["curve"]["accuracy"]):
                if value is not None:
                    by_step.setdefault(step, []).append(value)
        # Where a seed has no value the mean would jump.
        full = {step: values for step, values in by_step.items()
                if len(values) == len(self.records)}
        return [(step, statistics.fmean(values), min(values), max(values))
                for step, values in sorted(full.items())]

    def flop(self):
        return self.records[0]["flop_per_step"] if self.records else None


class Index:
    """All cells of a study with their records."""

    def __init__(self, study, cells, records):
        self.study, self.cells, self.records = study, cells, records

    def record(self, cell):
        return self.records.get(cell.key)

    def _entry(self, model, task, options, steps, cells):
        records = [self.record(cell) for cell in sorted(cells, key=lambda cell: cell.seed)]
        finished = [record for record in records if record and record["status"] == "finished"]
        diverged = [record for record in records if record and record["status"] == "diverged"]
        return Entry(model, task, options, steps, cells, finished, len(diverged))

    def entry(self, model, task, steps=0):
        """The plain cells of a model on a task, at `steps` or at the most there are; None where
        the study has none."""
        found = [cell for cell in self.cells
                 if any(view[1:] == (model, task, ()) for view in cell.views)]
        if found:
            steps = steps or max(cell.steps for cell in found)
            found = [cell for cell in found if cell.steps == steps]
        return self._entry(model, task, (), steps, found) if found else None

    def group(self, name):
        """The entries of a group, in its order."""
        entries = {}
        for cell in self.cells:
            for group, model, task, options in cell.views:
                if group == name:
                    entries.setdefault((model, task, options), []).append(cell)
        study = self.study
        order = {model: i for i, model in enumerate(study.models)}
        def place(key):
            return (order[key[0]], list(study.tasks).index(key[1]),
                    [list(study.axes[axis].options).index(option) for axis, option in key[2]])
        return [self._entry(*key, entries[key][0].steps, entries[key])
                for key in sorted(entries, key=place)]


def number(value, digits=3):
    return "\u2013" if value is None else f"{value:.{digits}f}"


def scaled(value, unit=""):
    """With a prefix: 1.52 G."""
    for factor, prefix in ((1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"),
                           (1e3, "k")):
        if abs(value) >= factor:
            return f"{value / factor:.3g} {prefix}{unit}"
    return f"{value:.3g} {unit}".rstrip()


def paper_text(value):
    """A value of the paper: a number, a range or words."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return f"{value[0]:.2f} to {value[1]:.2f}"
    return value if isinstance(value, str) else f"{value:.2f}"
