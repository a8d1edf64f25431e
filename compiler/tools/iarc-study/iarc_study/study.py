"""The study file: reading it and complaining about everything that is wrong with it at once.

The format is described in docs/study.md. Here it becomes plain objects; cells.py multiplies them
out.
"""
import os
import re
import tomllib
from dataclasses import dataclass, field

from .messages import WRONG_SOURCE, StudyError, did_you_mean

_NAME = re.compile(r"[A-Za-z0-9_.+-]+")

# No study is larger; a device has no end.
MOST_BYTES = 16 << 20


@dataclass
class Model:
    name: str
    label: str
    file: str  # as an absolute path
    shown: str  # as written in the study
    set: dict
    note: str = ""
    colour: int = 0  # among the eight of the figures


@dataclass
class Choice:
    """A task, or an option of an axis: a label and the parameters it sets."""
    name: str
    label: str
    set: dict
    note: str = ""


@dataclass
class Axis:
    name: str
    label: str
    options: dict


@dataclass
class Group:
    name: str
    title: str
    models: list
    tasks: list
    seeds: list
    steps: int
    priority: int
    vary: list  # names of axes, in order
    pick: list  # of dictionaries: axis (or "model", "task") -> name; empty: the whole product


@dataclass
class Presentation:
    kind: str
    title: str
    text: str
    models: list
    tasks: list
    steps: int  # 0: the longest there is
    group: str
    base: dict  # of a comparison: the options that are the reference
    compare: list  # of a grid: two models whose difference is shown
    file: str  # name of the SVG file, without ending


@dataclass
class Study:
    path: str
    title: str
    text: str
    name: str
    models: dict
    tasks: dict
    axes: dict
    groups: list
    presentations: list
    paper: dict  # (model, task) -> number or text
    paper_source: str
    every: int = 100
    windows: int = 10000
    folder: str = field(default="")


KINDS = ("table", "curves", "bars", "subtasks", "grid", "variants")


class Reader:
    """Takes what it knows out of the tables of a study file and collects every problem."""

    def __init__(self, path):
        self.path = path
        self.problems = []

    def problem(self, where, message, hint=""):
        self.problems.append((f"{self.path}: {where}: {message}" if where
                              else f"{self.path}: {message}", hint))

    def table(self, value, where):
        if isinstance(value, dict):
            return value
        self.problem(where, "must be a table")
        return {}

    def keys(self, table, known, where):
        for key in table:
            if key not in known:
                self.problem(where, f"unknown key '{key}'", did_you_mean(key, known))

    def get(self, table, key, kind, default, where):
        """The value of `key`; `default` where it is missing or of another type."""
        if key not in table:
            if default is None:
                self.problem(where, f"the key '{key}' is missing")
            return default
        value = table[key]
        names = {str: "a text", int: "an integer", list: "a list", dict: "a table"}
        if not isinstance(value, kind) or isinstance(value, bool):
            self.problem(where, f"'{key}' must be {names[kind]}, not {_written(value)}")
            return default
        return value

    def count(self, table, key, default, where, least=1):
        value = self.get(table, key, int, default, where)
        if value is not None and value < least:
            self.problem(where, f"'{key}' must be at least {least}, not {value}")
            return max(default or least, least)
        return value

    def set(self, table, where):
        """The parameters of -D: values as iarcc takes them on its command line."""
        result = {}
        for name, value in self.get(table, "set", dict, {}, where).items():
            text = parameter_text(value)
            if text is None or not text:
                self.problem(where, f"the parameter '{name}' cannot be {_written(value)}",
                             "it is a number, a truth, a text or a list of texts")
            else:
                result[name] = text
        return result

    def names(self, table, key, known, what, where, default):
        """A list of names, each one known."""
        result = []
        for name in self.get(table, key, list, default, where) or []:
            if name not in known:
                self.problem(where, f"unknown {what} {_written(name)}", did_you_mean(name, known))
            elif name in result:
                self.problem(where, f"the {what} '{name}' is listed twice")
            else:
                result.append(name)
        return result


def _written(value):
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (dict, list)):
        return "a table" if isinstance(value, dict) else "a list"
    return str(value)


def parameter_text(value):
    """A value of TOML as iarcc's -D takes it, or None."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return "[" + ", ".join(value) + "]"
    return None


def _choices(reader, tables, where, what):
    result = {}
    for name, table in tables.items():
        here = f"[{where}.{name}]"
        if not _NAME.fullmatch(name):
            reader.problem(here, f"the name of {what} has letters, digits, '_', '.', '+' and '-'")
        table = reader.table(table, here)
        reader.keys(table, ("label", "set", "note"), here)
        result[name] = Choice(name, reader.get(table, "label", str, name, here),
                              reader.set(table, here), reader.get(table, "note", str, "", here))
    return result


def _models(reader, tables, folder):
    result = {}
    for number, (name, table) in enumerate(tables.items()):
        here = f"[models.{name}]"
        if not _NAME.fullmatch(name):
            reader.problem(here, "the name of a model has letters, digits, '_', '.', '+' and '-'")
        table = reader.table(table, here)
        reader.keys(table, ("label", "file", "set", "note", "colour"), here)
        shown = reader.get(table, "file", str, None, here) or ""
        path = os.path.normpath(os.path.join(folder, shown))
        if shown and not os.path.isfile(path):
            folder_of_it = os.path.dirname(path)
            beside = os.listdir(folder_of_it) if os.path.isdir(folder_of_it) else []
            files = [file for file in beside if file.endswith(".iarc")]
            reader.problem(here, f"there is no file '{shown}'",
                           did_you_mean(os.path.basename(shown), files) if files else
                           "paths are relative to the study file")
        result[name] = Model(name, reader.get(table, "label", str, name, here), path, shown,
                             reader.set(table, here), reader.get(table, "note", str, "", here),
                             reader.count(table, "colour", number % 8, here, least=0) % 8)
    return result


def _axes(reader, tables):
    result = {}
    for name, table in tables.items():
        here = f"[axes.{name}]"
        table = reader.table(table, here)
        if name in ("model", "task", "seed", "steps"):
            reader.problem(here, f"an axis cannot be called '{name}'")
        reader.keys(table, ("label", "options"), here)
        options = reader.get(table, "options", dict, {}, here)
        if not options:
            reader.problem(here, "an axis needs options")
        result[name] = Axis(name, reader.get(table, "label", str, name, here),
                            _choices(reader, options, f"axes.{name}.options", "an option"))
    return result


def _picks(reader, table, group, models, tasks, axes, here):
    """Checks the combinations that a group picks instead of the whole product."""
    picks = []
    known = ["model", "task", *group["vary"]]
    for index, pick in enumerate(reader.get(table, "pick", list, [], here)):
        place = f"{here} pick {index + 1}"
        pick = reader.table(pick, place)
        reader.keys(pick, known, place)
        for axis, name in pick.items():
            allowed = (group["models"] if axis == "model" else group["tasks"] if axis == "task"
                       else axes[axis].options if axis in axes else [])
            if axis in known and name not in allowed:
                reader.problem(place, f"unknown {axis} {_written(name)}",
                               did_you_mean(name, list(allowed)))
        picks.append({axis: name for axis, name in pick.items() if axis in known})
    return picks


def _groups(reader, tables, models, tasks, axes, defaults):
    result = []
    for name, table in tables.items():
        here = f"[groups.{name}]"
        if not _NAME.fullmatch(name):
            reader.problem(here, "the name of a group has letters, digits, '_', '.', '+' and '-'")
        table = reader.table(table, here)
        reader.keys(table, ("title", "models", "tasks", "seeds", "steps", "priority", "vary",
                            "pick"), here)
        group = {
            "models": reader.names(table, "models", models, "model", here, None),
            "tasks": reader.names(table, "tasks", tasks, "task", here, None),
            "vary": reader.names(table, "vary", axes, "axis", here, []),
        }
        seeds = []
        for seed in reader.get(table, "seeds", list, defaults["seeds"], here):
            if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**64:
                reader.problem(here, f"a seed is an integer of 64 bits, not {_written(seed)}")
            elif seed not in seeds:
                seeds.append(seed)
        if not seeds:
            reader.problem(here, "there are no seeds", "leave 'seeds' out for those of [study], or name some")
        picks = _picks(reader, table, group, models, tasks, axes, here)
        result.append(Group(name, reader.get(table, "title", str, name, here), group["models"],
                            group["tasks"], seeds,
                            reader.count(table, "steps", defaults["steps"], here),
                            reader.get(table, "priority", int, 0, here), group["vary"], picks))
    return result


def _presentations(reader, tables, study):
    result = []
    groups = [group.name for group in study.groups]
    for index, table in enumerate(tables):
        here = f"[[present]] {index + 1}"
        table = reader.table(table, here)
        reader.keys(table, ("kind", "title", "text", "models", "tasks", "steps", "group", "base",
                            "compare", "file"), here)
        kind = reader.get(table, "kind", str, None, here)
        if kind is not None and kind not in KINDS:
            reader.problem(here, f"unknown kind '{kind}'", did_you_mean(kind, KINDS))
        group = reader.get(table, "group", str, "", here)
        if group and group not in groups:
            reader.problem(here, f"unknown group '{group}'", did_you_mean(group, groups))
        elif not group and kind in ("grid", "variants"):
            reader.problem(here, f"a presentation of kind '{kind}' needs a group")
        base = reader.get(table, "base", dict, {}, here)
        for axis, option in base.items():
            if axis not in study.axes:
                reader.problem(here, f"unknown axis '{axis}'", did_you_mean(axis, study.axes))
            elif option not in study.axes[axis].options:
                reader.problem(here, f"unknown option {_written(option)} of axis '{axis}'",
                               did_you_mean(option, study.axes[axis].options))
        file = reader.get(table, "file", str, f"figure{index + 1}", here)
        if not _NAME.fullmatch(file):
            reader.problem(here, f"'file' is a name without folders, not '{file}'")
        result.append(Presentation(
            kind, reader.get(table, "title", str, "", here),
            reader.get(table, "text", str, "", here),
            reader.names(table, "models", study.models, "model", here, list(study.models)),
            reader.names(table, "tasks", study.tasks, "task", here, list(study.tasks)),
            reader.count(table, "steps", 0, here, least=0), group, base,
            reader.names(table, "compare", study.models, "model", here, []), file))
    return result


def _is_reported(value):
    if isinstance(value, list):
        return len(value) == 2 and all(_is_reported(bound) and not isinstance(bound, (str, list))
                                       for bound in value) and value[0] <= value[1]
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return False
    return isinstance(value, str) or 0 <= value <= 1


def _paper(reader, table, study):
    """The values of a paper: [paper.MODEL] with one number or text for each task."""
    here = "[paper]"
    source, values = "", {}
    for model, tasks in table.items():
        if model == "source":
            source = tasks if isinstance(tasks, str) else ""
            continue
        if model not in study.models:
            reader.problem(here, f"unknown model '{model}'", did_you_mean(model, study.models))
            continue
        for task, value in reader.table(tasks, f"[paper.{model}]").items():
            if task not in study.tasks:
                reader.problem(f"[paper.{model}]", f"unknown task '{task}'",
                               did_you_mean(task, study.tasks))
            elif not _is_reported(value):
                reader.problem(f"[paper.{model}]", f"'{task}' must be an accuracy from 0 to 1, a "
                               "range such as [0.5, 0.6], or a text")
            else:
                values[model, task] = value
    return source, values


def read(path):
    """Reads a study file. Returns the Study and the list of (problem, hint)."""
    try:
        with open(path, "rb") as file:
            text = file.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            raise StudyError(f"'{path}' is larger than {MOST_BYTES >> 20} MiB", WRONG_SOURCE,
                             "a study is a TOML file; docs/study.md describes it")
        document = tomllib.loads(text.decode())
    except OSError as problem:
        raise StudyError(f"cannot read '{path}': {(problem.strerror or str(problem)).lower()}"
                         ) from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise StudyError(f"{path}: {_lower_first(str(problem))}", WRONG_SOURCE,
                         "a study is a TOML file; docs/study.md describes it") from problem
    except RecursionError as problem:
        raise StudyError(f"{path}: lists or tables are nested too deeply", WRONG_SOURCE,
                         "a study is a TOML file; docs/study.md describes it") from problem
    reader = Reader(path)
    folder = os.path.dirname(os.path.abspath(path))
    reader.keys(document, ("study", "record", "models", "tasks", "axes", "groups", "present",
                           "paper"), "")
    head = reader.table(document.get("study", {}), "[study]")
    reader.keys(head, ("title", "text", "steps", "seeds"), "[study]")
    defaults = {"steps": reader.count(head, "steps", 8000, "[study]"),
                "seeds": reader.get(head, "seeds", list, [1], "[study]")}
    record = reader.table(document.get("record", {}), "[record]")
    reader.keys(record, ("every", "windows"), "[record]")
    every = reader.count(record, "every", 100, "[record]")
    windows = reader.count(record, "windows", 10000, "[record]")
    name = os.path.splitext(os.path.basename(path))[0]
    tables = {key: reader.table(document.get(key, {}), f"[{key}]")
              for key in ("models", "tasks", "axes", "groups", "paper")}
    for key in ("models", "tasks", "groups"):
        if not tables[key]:
            reader.problem("", f"a study needs [{key}.NAME]")
    study = Study(path, reader.get(head, "title", str, name, "[study]"),
                  reader.get(head, "text", str, "", "[study]"), name,
                  _models(reader, tables["models"], folder),
                  _choices(reader, tables["tasks"], "tasks", "a task"),
                  _axes(reader, tables["axes"]), [], [], {}, "",
                  every, windows, folder)
    study.groups = _groups(reader, tables["groups"], study.models, study.tasks, study.axes,
                           defaults)
    present = document.get("present", [])
    if not isinstance(present, list):
        reader.problem("[[present]]", "must be a list of tables: write [[present]]")
        present = []
    study.presentations = _presentations(reader, present, study)
    study.paper_source, study.paper = _paper(reader, tables["paper"], study)
    return study, reader.problems


def _lower_first(text):
    return text[:1].lower() + text[1:]
