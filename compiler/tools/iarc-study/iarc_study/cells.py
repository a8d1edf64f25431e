"""The cells of a study: one training run each, with a key made of what determines its result."""
import fnmatch
import hashlib
import itertools
import json
import os
from dataclasses import dataclass, field

from .study import Study

KEY_FORMAT = 1  # raised only when the same key would mean another run


@dataclass
class Cell:
    model: str
    task: str
    options: tuple  # ((axis, option), ...) in the order of the group's axes
    seed: int
    steps: int
    every: int
    windows: int
    set: dict  # all parameters, as given to iarcc by -D
    file: str
    priority: int
    names: list = field(default_factory=list)  # GROUP/MODEL/TASK[/OPTION...]/SEED
    views: list = field(default_factory=list)  # (group, model, task, options): each its namings
    key: str = ""

    @property
    def name(self):
        return self.names[0]

    @property
    def variant(self):
        """What is compiled: the file and its parameters."""
        return self.file, tuple(sorted(self.set.items()))


def _combinations(study, group):
    """(model, task, options) of a group, in order."""
    axes = [[(axis, option) for option in study.axes[axis].options] for axis in group.vary]
    for model, task in itertools.product(group.models, group.tasks):
        for options in itertools.product(*axes):
            chosen = {"model": model, "task": task, **dict(options)}
            if not group.pick or any(all(chosen[axis] == name for axis, name in pick.items())
                                     for pick in group.pick):
                yield model, task, options


def parameters_of(study, model, task, options):
    """What -D sets: of the model, then of the task, then of the options; the last one counts."""
    parameters = dict(study.models[model].set)
    parameters.update(study.tasks[task].set)
    for axis, option in options:
        parameters.update(study.axes[axis].options[option].set)
    return parameters


def expand(study: Study, sources):
    """All cells, each once however many groups name it, in the order in which they run: by
    priority, then all first seeds before all second ones, then as written."""
    cells = {}
    for group in study.groups:
        for (model, task, options), (number, seed) in itertools.product(
                _combinations(study, group), enumerate(group.seeds)):
            cell = Cell(model, task, options, seed, group.steps, study.every, study.windows,
                        parameters_of(study, model, task, options), study.models[model].file,
                        group.priority)
            cell.key = key_of(cell, sources)
            known = cells.setdefault(cell.key, (cell, number))[0]
            known.priority = min(known.priority, group.priority)
            known.names.append("/".join([group.name, model, task,
                                         *(option for _, option in options), str(seed)]))
            known.views.append((group.name, model, task, options))
    ordered = sorted(enumerate(cells.values()),
                     key=lambda entry: (entry[1][0].priority, entry[1][1], entry[0]))
    return [cell for _, (cell, _) in ordered]


def key_of(cell, sources):
    """16 hexadecimal digits; the machine and the number of threads do not enter."""
    source = sources.hash(cell.file, cell.set.values())
    content = {"format": KEY_FORMAT, "source": source, "set": cell.set,
               "seed": cell.seed, "steps": cell.steps, "every": cell.every,
               "windows": cell.windows}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def combinations_to_check(study, only=()):
    """Every file with every set of parameters that the cells matching `only` (empty: all) need,
    with a name for messages; also of a study that has other problems."""
    found = {}
    for group in study.groups:
        for model, task, options in _combinations(study, group):
            file = study.models[model].file
            name = "/".join([group.name, model, task, *(option for _, option in options)])
            names = [f"{name}/{seed}" for seed in group.seeds]
            chosen = not only or any(fnmatch.fnmatchcase(cell, glob)
                                     for cell in names for glob in only)
            if chosen and os.path.isfile(file):
                parameters = parameters_of(study, model, task, options)
                found.setdefault((file, tuple(sorted(parameters.items()))), name)
    return list(found.items())
