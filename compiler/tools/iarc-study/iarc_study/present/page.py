"""The page: one file that needs nothing else, and the figures as files beside it."""
import os
from collections import Counter
from html import escape

from .. import VERSION
from ..messages import counted, duration
from ..store import write_atomically
from . import figures, tables
from .css import CSS
from .data import Index, scaled
from .svg import DARK, LIGHT, standalone, style, variables


class Page:
    def __init__(self, study, cells, records, folder, compiler):
        self.study, self.cells, self.folder, self.compiler = study, cells, folder, compiler
        self.index = Index(study, cells, records)
        steps = Counter(cell.steps for cell in cells)
        self.usual_steps = max(steps, key=lambda count: (steps[count], count)) if steps else 0
        if any(group.steps > self.usual_steps for group in study.groups):
            # The paper's protocol is the longest one; shorter cells are marked as such.
            self.usual_steps = max(group.steps for group in study.groups)

    def _figure(self, name, drawn, caption):
        svg, width, height = drawn
        write_atomically(os.path.join(self.folder, name + ".svg"), standalone(svg, width, height))
        return (f'<figure><div class="scroll">{svg}</div><figcaption>{caption} '
                f"</figcaption></figure>")

    def _curves(self, presentation):
        html = ""
        for task in presentation.tasks:
            series, missing = [], []
            for model in presentation.models:
                entry = self.index.entry(model, task, presentation.steps)
                label = self.study.models[model].label
                points = entry.curve() if entry else []
                if points:
                    series.append((label, self.study.models[model].colour, points, entry.flop()))
                elif entry:
                    missing.append(label)
            suffix = f"-{task}" if len(presentation.tasks) > 1 else ""
            if not series:
                html += '<p class="none missing">missing: no curve is finished yet</p>'
                continue
            note = ""
            if missing:
                note = f' <span class="none missing">missing: {escape(", ".join(missing))}</span>'
            name = escape(self.study.tasks[task].label)
            every = self.study.every
            html += '<div class="pair">'
            html += self._figure(f"{presentation.file}{suffix}-steps",
                                 figures.curves(series, False),
                                 f"{name}: accuracy against training steps, the mean over "
                                 f"{every} batches; the band spans the seeds.{note}")
            html += self._figure(f"{presentation.file}{suffix}-flop",
                                 figures.curves(series, True),
                                 f"{name}: the same against the floating-point operations of "
                                 "training, products and attention.")
            html += "</div>"
        return html

    def _bars(self, presentation):
        models, notes = [], {}
        for model in presentation.models:
            values = []
            for task in presentation.tasks:
                entry = self.index.entry(model, task, presentation.steps)
                note = ""
                if entry and entry.records and entry.steps != self.usual_steps:
                    note = notes.setdefault(entry.steps, "*" * (len(notes) + 1))
                values.append((entry, self.study.paper.get((model, task)), note))
            models.append((self.study.models[model].label, self.study.models[model].colour, values))
        tasks = [self.study.tasks[task].label for task in presentation.tasks]
        caption = "Mean over seeds; the line spans them."
        words = {(model, task): value for (model, task), value in self.study.paper.items()
                 if isinstance(value, str) and model in presentation.models}
        for (model, task), value in words.items():
            caption += (f" The paper says of {escape(self.study.models[model].label)} on "
                        f"{escape(self.study.tasks[task].label)}: {escape(value)}.")
        for steps, mark in notes.items():
            caption += f" {mark} {steps:,} steps."
        return self._figure(presentation.file, figures.bars(tasks, models), caption)

    def _variants(self, presentation):
        entries = self.index.group(presentation.group)
        rows, base = [], None
        for entry in entries:
            reference = bool(presentation.base) and all(
                presentation.base.get(axis) == option for axis, option in entry.options)
            label = ", ".join(self.study.axes[axis].options[option].label
                              for axis, option in entry.options)
            if len({e.model for e in entries}) > 1:
                label = f"{self.study.models[entry.model].label}, {label}"
            rows.append((label, entry, reference))
            if reference:
                base = entry.mean()
        if not rows:
            return ""
        steps = Counter(entry.steps for _, entry, _ in rows).most_common(1)[0][0]
        return self._figure(presentation.file, figures.variants(rows, base),
                            f"After {steps:,} steps; pale dots are seeds, the dashed line is the "
                            "reference.")

    def present(self, presentation):
        if presentation.kind == "curves":
            body = self._curves(presentation)
        elif presentation.kind == "bars":
            body = self._bars(presentation)
        elif presentation.kind == "variants":
            body = self._variants(presentation)
        elif presentation.kind == "grid":
            body = tables.grid(self.index, presentation)
        elif presentation.kind == "subtasks":
            body = tables.subtasks(self.index, presentation)
        else:
            body = tables.accuracy(self.index, presentation, self.usual_steps)
            if self.study.paper_source:
                body += f'<p class="note">paper: {escape(self.study.paper_source)}</p>'
        title = f"<h2>{escape(presentation.title)}</h2>" if presentation.title else ""
        return f"<section>{title}{_paragraphs(presentation.text)}{body}</section>"

    def _summary(self):
        done = [self.index.record(cell) for cell in self.cells if self.index.record(cell)]
        finished = len(done)
        diverged = sum(record["status"] == "diverged" for record in done)
        work = sum(record["flop_per_step"] * record["steps"] for record in done)
        seconds = sum(record["timing"]["seconds"] * record["timing"]["threads"] for record in done)
        share = 100 * finished / max(1, len(self.cells))
        state = (f"all {counted(len(self.cells), 'cell')} finished" if finished == len(self.cells)
                 else f"{finished} of {counted(len(self.cells), 'cell')} finished, "
                      f"{len(self.cells) - finished} missing")
        if diverged:
            state += f", {diverged} diverged"
        return (f'<div class="summary"><div class="progress"><span style="width:{share:.1f}%">'
                f"</span></div><p>{state} &#183; {scaled(work, 'FLOP')} of training &#183; "
                f"{duration(seconds)} of core time</p></div>")

    def _models(self):
        """What the models are, from the first finished cell of each."""
        head = ["model", "file and parameters", "weights", "GFLOP a step", "loss", "protocol"]
        rows = []
        for name, model in self.study.models.items():
            parameters = " ".join(f"{key}={value}" for key, value in model.set.items())
            row = (f"<th scope='row'>{tables._swatch(model.colour)}"
                   f"{escape(model.label)}</th><td><code>{escape(model.shown)}</code> "
                   f"{escape(parameters)}</td>")
            record = next((self.index.record(cell) for cell in self.cells
                           if cell.model == name and self.index.record(cell)), None)
            if record:
                train = record["train"]
                row += (f"<td>{record['total_weights']:,}</td>"
                        f"<td>{record['flop_per_step'] / 1e9:.3g}</td>"
                        f"<td>{escape(record['loss_declared'].replace('_', ' '))}</td>"
                        f"<td>{escape(tables.protocol(train))}, context {record['context']}</td>")
            else:
                row += '<td colspan="4"><span class="none missing">missing</span></td>'
            rows.append(row)
        notes = "".join(f"<li>{escape(choice.label)}: {escape(choice.note)}</li>"
                        for choice in (*self.study.models.values(), *self.study.tasks.values())
                        if choice.note)
        return (tables._table(head, rows, "models")
                + (f"<ul class='note'>{notes}</ul>" if notes else ""))

    def html(self):
        study = self.study
        body = "\n".join(self.present(presentation) for presentation in study.presentations)
        versions = sorted({f"iarcc {record['versions']['iarcc']} "
                           f"({record['versions']['iarcc_hash']})"
                           for cell in self.cells if (record := self.index.record(cell))})
        file = escape(os.path.basename(study.path))
        return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<title>{escape(study.title)}</title>
<link rel="icon" href="data:,"/>
<style>
:root {{ {variables(LIGHT)} }}
@media (prefers-color-scheme: dark) {{ :root {{ {variables(DARK)} }} }}
{CSS}{style()}</style>
</head>
<body>
<main>
<header><h1>{escape(study.title)}</h1>
{_paragraphs(study.text)}
{self._summary()}
</header>
{body}
<section><h2>Models and settings</h2>
{self._models()}
</section>
<section><h2>Every cell</h2>
<p>A cell is one training run. Open it for the commands that reproduce it: the same seed gives the
same bits for any number of threads on machines of the same instruction set. The whole study is
<code>iarcc study {file}</code>; it runs what is missing. Accuracy is that at the last position on
{study.windows:,} fresh windows.</p>
{tables.every_cell(self.index)}
</section>
<footer><p>Made by iarc-study {VERSION} from results.jsonl{" with " + ", ".join(versions)
                                                           if versions else ""}.</p></footer>
</main>
</body>
</html>
"""


def _paragraphs(text):
    return "".join(f"<p>{escape(' '.join(part.split()))}</p>"
                   for part in text.strip().split("\n\n") if part.strip())


def write_page(study, cells, records, folder, compiler):
    """Writes index.html and the figures; returns the page's path."""
    page = os.path.join(folder, "index.html")
    write_atomically(page, Page(study, cells, records, folder, compiler).html())
    return page
