"""The tables: accuracy beside the paper's values, subtasks, grids of settings, every cell."""
from html import escape

from .data import number, paper_text, scaled, signed
from .svg import colour


def _swatch(index):
    return f'<span class="swatch" style="background:{colour(index)}"></span>'


def protocol(train):
    """The training protocol in words; records of the first versions have sgd only, without a text."""
    if "optimiser" not in train:
        return (f"sgd, rate {train['rate']:g}, momentum {train['momentum']:g}, "
                f"batch {train['batch']}")
    return train["text"].rsplit(f", {train['steps']} steps", 1)[0]


def task_text(task):
    """A task as `info` declares it; one without control tokens has neither subtasks nor a gap."""
    parts = [task.get("subtasks") or task.get("name", ""), f"{task['symbols']} symbols"]
    if "gap_minimum" in task:
        parts.append(f"gap {task['gap_minimum']}..{task['gap_maximum']}")
    return ", ".join(part for part in parts if part)


def _seeds(entry):
    """How many seeds there are, where that is worth saying."""
    if entry.diverged:
        return f"{entry.diverged} of {entry.planned} diverged"
    if len(entry.records) < entry.planned:
        return f"{len(entry.records)} of {entry.planned} seeds"
    return f"{entry.planned} seeds" if entry.planned > 1 else "1 seed"


def value_cell(entry, paper=None, usual_steps=0, terse=False):
    """A mean with its spread over seeds, the paper's value beside it."""
    if entry is None:
        ours = '<span class="none">&#8211;</span>'
    elif entry.mean() is None:
        ours = ('<span class="none diverged">diverged</span>' if entry.diverged
                else '<span class="none missing">missing</span>' if entry.missing
                else '<span class="none">&#8211;</span>')  # nothing is predicted there
    else:
        spread = entry.spread()
        ours = f'<span class="value">{number(entry.mean())}</span>'
        if spread is not None:
            ours += f'<span class="spread"> &#177; {number(spread)}</span>'
        # Where all cells have one seed, that needs no saying.
        detail = "" if terse and entry.planned == 1 else _seeds(entry)
        if usual_steps and entry.steps != usual_steps:
            detail += f", {entry.steps:,} steps"
        ours += f'<span class="detail">{detail}</span>' if detail else ""
    if paper is not None:
        ours += f'<span class="paper">paper {escape(paper_text(paper))}</span>'
    return f"<td>{ours}</td>"


def _table(head, rows, class_="", caption=""):
    cells = "".join(f"<th scope='col'>{cell}</th>" for cell in head)
    body = "\n".join(f"<tr>{row}</tr>" for row in rows)
    caption = f"<caption>{caption}</caption>" if caption else ""
    return (f'<div class="scroll"><table class="{class_}">{caption}<thead><tr>{cells}</tr></thead>'
            f"<tbody>\n{body}\n</tbody></table></div>")


def accuracy(index, presentation, usual_steps):
    """Models in rows, tasks in columns."""
    study = index.study
    head = ["model"] + [escape(study.tasks[task].label) for task in presentation.tasks]
    rows = []
    for model in presentation.models:
        row = (f"<th scope='row'>{_swatch(study.models[model].colour)}"
               f"{escape(study.models[model].label)}</th>")
        for task in presentation.tasks:
            row += value_cell(index.entry(model, task, presentation.steps),
                              study.paper.get((model, task)), usual_steps)
        rows.append(row)
    return _table(head, rows, "accuracy")


def subtasks(index, presentation):
    """Accuracy at windows whose last position each subtask governs."""
    study = index.study
    rows, columns = [], []
    found = []
    for model in presentation.models:
        for task in presentation.tasks:
            entry = index.entry(model, task, presentation.steps)
            if entry and entry.records:
                found.append((model, task, entry.subtasks()))
                columns += [name for name in found[-1][2] if name not in columns]
    names = {"I": "I increment", "A": "A add", "R": "R reverse"}
    columns.sort(key=lambda name: list(names).index(name) if name in names else 9)
    for model, task, values in found:
        row = (f"<th scope='row'>{_swatch(study.models[model].colour)}"
               f"{escape(study.models[model].label)}</th>"
               f"<td>{escape(study.tasks[task].label)}</td>")
        for name in columns:
            value = values.get(name)
            row += ('<td class="none">&#8211;</td>' if value is None else
                    f'<td><span class="meter"><span style="width:{100 * value:.1f}%;'
                    f'background:{colour(study.models[model].colour)}"></span></span>'
                    f'<span class="value">{number(value)}</span></td>')
        rows.append(row)
    if not rows:
        return '<p class="none missing">missing: nothing of this is finished yet</p>'
    return _table(["model", "task"] + [names.get(name, name) for name in columns], rows, "subtasks")


def grid(index, presentation):
    """Combinations of options in rows, the models in columns, and the difference of the two that
    are compared, largest first."""
    study = index.study
    entries = index.group(presentation.group)
    group = next(group for group in study.groups if group.name == presentation.group)
    models = [model for model in presentation.models if any(e.model == model for e in entries)]
    rows = {}
    for entry in entries:
        if entry.model in models and entry.task in presentation.tasks:
            rows.setdefault((entry.task, entry.options), {})[entry.model] = entry
    compare = presentation.compare if len(presentation.compare) == 2 else []

    def gap(row):
        if not compare:
            return None
        values = [row[model].mean() if model in row else None for model in compare]
        return None if None in values else values[0] - values[1]
    ordered = sorted(rows.items(), key=lambda item: (gap(item[1]) is None,
                                                     -(gap(item[1]) or 0)))
    tasks = {task for task, _ in rows}
    head = (["task"] if len(tasks) > 1 else []) + [escape(study.axes[axis].label)
                                                   for axis in group.vary]
    head += [f"{_swatch(study.models[model].colour)}{escape(study.models[model].label)}"
             for model in models]
    if compare:
        head.append("difference")
    most = max([abs(gap(row)) for row in rows.values() if gap(row) is not None], default=1) or 1
    lines = []
    for (task, options), row in ordered:
        text = f"<td>{escape(study.tasks[task].label)}</td>" if len(tasks) > 1 else ""
        for axis, option in options:
            marked = presentation.base.get(axis) == option
            class_ = ' class="base"' if marked else ""
            text += f"<td{class_}>{escape(study.axes[axis].options[option].label)}</td>"
        for model in models:
            text += value_cell(row.get(model), terse=True)
        if compare:
            value = gap(row)
            if value is None:
                text += '<td class="none">&#8211;</td>'
            else:
                side = "more" if value >= 0 else "less"
                text += (f'<td class="gap {side}"><span class="value">{signed(value)}</span>'
                         f'<span class="bar"><span style="width:{100 * abs(value) / most:.0f}%">'
                         "</span></span></td>")
        lines.append(text)
    done = sum(not entry.missing for entry in entries)
    note = (f"{done} of {len(entries)} cells finished"
            + (f"; sorted by {escape(study.models[compare[0]].label)} minus "
               f"{escape(study.models[compare[1]].label)}" if compare else ""))
    return _table(head, lines, "grid") + f'<p class="note">{note}</p>'


def every_cell(index):
    """One row for each cell, with what reproduces it."""
    study = index.study
    rows = []
    for cell in index.cells:
        record = index.record(cell)
        names = "<br/>".join(escape(name) for name in cell.names)
        if record is None:
            rows.append(f'<td class="name">{names}</td><td><span class="none missing">missing'
                        f"</span></td><td>{cell.steps:,}</td><td>{cell.seed}</td>"
                        f'<td colspan="6"></td><td class="key">{cell.key}</td>')
            continue
        timing = record["timing"]
        by_subtask = "  ".join(f"{name} {number(value, 2)}" for name, value in
                               (record["subtask_accuracy"] or {}).items())
        commands = "\n".join(record["commands"])
        versions, task = record["versions"], record["task_declared"]
        detail = (f"in the folder of the study file:\n{commands}\n\n"
                  f"{record['loss_declared']}, {protocol(record['train'])}, context "
                  f"{record['context']}, {record['precision']}, {record['total_weights']:,} weights"
                  f"\ntask {task_text(task)}"
                  f"\niarcc {versions['iarcc']} ({versions['iarcc_hash']}), iarc-study "
                  f"{versions['iarc_study']}\non {timing['cpu']} ({timing['target_cpu']}), "
                  f"{timing['threads']} thread{'s' if timing['threads'] > 1 else ''}, "
                  f"{timing['seconds']:,.0f} s, {timing['started']}")
        if record["status"] == "diverged":
            result = ('<td><span class="none diverged">diverged</span></td>'
                      f"<td>{record['steps']:,}</td><td>{record['seed']}</td>"
                      f'<td colspan="4" class="soft">{escape(record["message"])}</td>')
        else:
            result = (f'<td class="value">{number(record["accuracy_last"], 4)}</td>'
                      f"<td>{record['steps']:,}</td><td>{record['seed']}</td>"
                      f"<td>{number(record['accuracy_all'])}</td><td>{number(record['loss'])}</td>"
                      f"<td colspan='2' class='soft'>{by_subtask}</td>")
        speed = timing["ms_per_step"]
        rows.append(f'<td class="name"><details><summary>{names}</summary><pre>{escape(detail)}'
                    f"</pre></details></td>{result}<td>{speed:.3g}</td>"
                    f"<td>{scaled(record['flop_per_step'])}</td>"
                    f'<td class="key">{cell.key}</td>' if speed is not None else
                    f'<td class="name">{names}</td>{result}<td></td><td></td>'
                    f'<td class="key">{cell.key}</td>')
    head = ["cell", "accuracy", "steps", "seed", "all positions", "loss", "subtasks", "",
            "ms/step", "FLOP/step", "key"]
    return _table(head, rows, "cells")
