"""Runs the cells of a study as processes, and ends at once when told to."""
import json
import os
import shutil
import signal
import subprocess
import time
from datetime import datetime, timezone

from . import VERSION, messages, processes
from .messages import INPUT_OUTPUT, INTERNAL_ERROR, StudyError, counted, duration
from .present.data import number
from .processes import check_stopped
from .progress import TimeLeft, left_text
from .store import HOST

def compile_all(programs, variants, cores, progress):
    """Compiles the models whose programs are not there yet, `cores` at a time."""
    pending = [variant for variant in variants if not programs.ready(variant)]
    running, done, total = [], 0, len(pending)
    try:
        while pending or running:
            while pending and len(running) < cores:
                variant = pending.pop(0)
                running.append((variant, *programs.start_compile(variant)))
            check_stopped()
            progress.status(f"compiling models: {done} of {total}")
            for entry in list(running):
                if entry[1].poll() is not None:
                    running.remove(entry)
                    programs.finish_compile(*entry)
                    done += 1
            time.sleep(0.02)
    finally:
        for _, process, place, _ in running:
            process.kill()
            process.wait()
            shutil.rmtree(place, ignore_errors=True)
    if total:
        progress.line(f"compiled {counted(total, 'model')}")


class RunningCell:
    """A training process and what it has written so far."""

    def __init__(self, cell, lock, store, programs, threads, checkpoint_every):
        self.cell, self.lock = cell, lock
        self.folder = store.attempt(cell.key)
        begun, self.goes_on = store.checkpoints(cell.key, programs.identity(cell.variant))
        self.log = os.path.join(begun, "log.jsonl")
        self.checkpoints = os.path.join(begun, "checkpoints")
        self.started = datetime.now(timezone.utc)
        self.start = time.monotonic()
        self.arguments = ["train", "--steps", str(cell.steps), "--seed", str(cell.seed),
                          "--log-every", str(cell.every), "--evaluate-windows",
                          str(cell.windows), "--json"]
        self.program = programs.program(cell.variant)
        command = [self.program, *self.arguments, "--quiet", "--threads", str(threads),
                   "--log", self.log, "--resume", "--checkpoint", self.checkpoints,
                   "--checkpoint-every", checkpoint_every, "--checkpoint-keep", "2"]
        with open(os.path.join(self.folder, "evaluation.json"), "wb") as output, \
                open(os.path.join(self.folder, "errors"), "wb") as errors:
            self.process = processes.start(command, stdout=output, stderr=errors)
        self.log_at = 0
        self.last = {}

    def read(self, name):
        """What the process wrote: "log", or a file of its folder."""
        path = self.log if name == "log" else os.path.join(self.folder, name)
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def follow(self):
        """The newest whole line of the log that is of training steps."""
        try:
            with open(self.log, "rb") as file:
                if os.fstat(file.fileno()).st_size < self.log_at:
                    self.log_at = 0  # cut by a process that goes on
                file.seek(self.log_at)
                new = file.read()
        except OSError:
            return
        end = new.rfind(b"\n") + 1
        if end:
            self.log_at += end
            try:
                entries = [json.loads(line) for line in new[:end].splitlines()]
                self.last = next((entry for entry in reversed(entries)
                                  if "evaluation" not in entry), self.last)
            except ValueError:
                pass

    def damaged(self):
        """Whether the newest checkpoint cannot be read."""
        try:
            names = sorted(name for name in os.listdir(self.checkpoints)
                           if name.endswith(".safetensors"))
        except OSError:
            return False
        if not self.goes_on or not names:
            return False
        newest = os.path.join(self.checkpoints, names[-1])
        return subprocess.run([self.program, "eval", "--weights", newest, "--windows", "1"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == INPUT_OUTPUT

    def end(self):
        """Kills the process if it still runs; of the attempt its checkpoints stay."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.lock.release()


def stop(entries):
    """Has the processes write a checkpoint and end; kills those that take longer."""
    for entry in entries:
        if entry.process.poll() is None:
            entry.process.terminate()
    deadline = time.monotonic() + 3
    for entry in entries:
        try:
            entry.process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass
        entry.end()


def curve_of(log):
    """The log as columns, and the milliseconds a step of each interval."""
    curve, milliseconds = {"step": [], "loss": [], "accuracy": [], "subtask_accuracy": {}}, []
    for line in log.splitlines():
        entry = json.loads(line)
        if "evaluation" in entry:  # during the training, of a model that declares it
            continue
        for name in ("step", "loss", "accuracy"):
            curve[name].append(entry[name])
        for subtask, value in entry["subtask_accuracy"].items():
            curve["subtask_accuracy"].setdefault(subtask, []).append(value)
        milliseconds.append(entry["ms_per_step"])
    return curve, milliseconds


def commands_of(study, cell, arguments):
    """What gives the cell's result by hand, in the folder of the study file."""
    model = study.models[cell.model]
    name = os.path.splitext(os.path.basename(model.shown))[0]
    parameters = "".join(f"-D {quoted(f'{key}={value}')} "
                         for key, value in sorted(cell.set.items()))
    return [f"iarcc {parameters}{quoted(model.shown)} -o {quoted(name)}",
            f"./{quoted(name)} {' '.join(arguments)}"]


def quoted(text):
    safe = all(c.isalnum() or c in "_./=-+:," for c in text)
    return text if safe and text else "'" + text.replace("'", "'\\''") + "'"


class Runner:
    """`own`: the cells of this call; the study's others are left alone. `checkpoint_every`: as the
    programs take it."""

    def __init__(self, study, order, own, store, programs, slots, threads, checkpoint_every,
                 progress, present):
        self.checkpoint_every = checkpoint_every
        self.study, self.order, self.store, self.programs = study, order, store, programs
        self.own, self.slots, self.threads = own, slots, threads
        self.progress, self.present = progress, present
        self.running, self.failed, self.elsewhere = [], [], []
        self.time_left = TimeLeft()
        self.presented = time.monotonic()
        self.status = 0

    def run(self):
        """Runs what is not finished. Returns the exit status."""
        pending = []
        self.store.clean()
        for cell in self.own:
            record = self.store.finished(cell.key)
            if not record:
                pending.append(cell)
            elif record["timing"]["host"] == HOST and record["timing"]["threads"] == self.threads:
                self.time_left.learn(cell.variant, record["timing"]["ms_per_step"],
                                     record["flop_per_step"])
        self.done = len(self.own) - len(pending)
        try:
            while pending or self.running:
                while pending and len(self.running) < self.slots:
                    self._begin(pending.pop(0))
                for entry in list(self.running):
                    entry.follow()
                    if entry.process.poll() is not None:
                        self.running.remove(entry)
                        if not self._complete(entry):
                            pending.insert(0, entry.cell)
                check_stopped()
                if self.progress.due():
                    self.progress.status(self._status(pending))
                time.sleep(0.05 if self.running else 0)
        except BaseException:
            stop(self.running)
            raise
        finally:
            self.progress.clear()
        return self.status

    def _begin(self, cell):
        lock = self.store.claim(cell.key)
        if not lock:
            self.elsewhere.append(cell)
            return
        if self.store.finished(cell.key):  # by another process, meanwhile
            lock.release()
            self.done += 1
            return
        try:
            entry = RunningCell(cell, lock, self.store, self.programs, self.threads,
                                self.checkpoint_every)
        except OSError as problem:
            lock.release()
            raise StudyError(f"cannot run cell '{cell.name}': {problem}") from problem
        self.running.append(entry)

    def _complete(self, entry):
        """False when the cell must be begun again."""
        cell, status = entry.cell, entry.process.returncode
        entry.follow()
        try:
            if status in (0, messages.DIVERGED):
                record = self._record(entry, status)
                self.store.finish(record)
                self.store.gather(self.order)
                self.store.forget(cell.key)
                self.done += 1
                result = (f"accuracy {number(record['accuracy_last'], 4)}" if status == 0
                          else "diverged")
                self.progress.line(f"[{self.done}/{len(self.own)}] {cell.name}  {result}  in "
                                   f"{duration(record['timing']['seconds'])}")
            elif status == INPUT_OUTPUT and entry.damaged():
                self.progress.line(f"{cell.name}: its checkpoint is damaged, it is begun again")
                self.store.forget(cell.key)
                return False
            else:
                self._fail(entry, status)
        except (ValueError, KeyError) as problem:
            self._fail(entry, INTERNAL_ERROR, f"its output cannot be read: {problem}")
        finally:
            entry.end()
        if time.monotonic() - self.presented > 30:
            self.present()
            self.presented = time.monotonic()
        return True

    def _fail(self, entry, status, said=""):
        how = (f"was ended by {signal.Signals(-status).name}" if status < 0
               else f"failed with exit status {status}")
        said = said or entry.read("errors").strip()
        self.progress.clear()
        messages.error(f"cell '{entry.cell.name}' {how}" + (f"\n{said}" if said else ""))
        self.failed.append(entry.cell)
        if not self.status:
            self.status = INPUT_OUTPUT if status == INPUT_OUTPUT else INTERNAL_ERROR

    def _record(self, entry, status):
        cell = entry.cell
        info = self.programs.info(cell.variant)
        curve, milliseconds = curve_of(entry.read("log"))
        evaluation = json.loads(entry.read("evaluation.json")) if status == 0 else {}
        record = {
            "key": cell.key, "name": cell.name, "model": cell.model, "task": cell.task,
            "options": dict(cell.options), "seed": cell.seed, "steps": cell.steps,
            "status": "finished" if status == 0 else "diverged",
            "message": "" if status == 0 else _complaint(entry.read("errors")),
            "set": cell.set, "file": self.study.models[cell.model].shown,
            "source": self.programs.sources.hash(cell.file, cell.set.values()),
        }
        for name in ("loss", "accuracy_last", "accuracy_all", "subtask_accuracy",
                     "subtask_windows", "position_accuracy"):
            record[name] = evaluation.get(name)
        record.update({
            "windows": cell.windows, "every": cell.every, "curve": curve,
            "task_declared": info["task"], "loss_declared": f"{info['loss']} at {info['loss_at']}",
            "train": info["train"], "context": info["context"], "width": info["width"],
            "precision": info["precision"], "total_weights": info["total_weights"],
            "flop_per_step": info["product_flop_per_step"] + info["attention_flop_per_step"],
            "product_flop_per_step": info["product_flop_per_step"],
            "executed_product_flop_per_step": info["executed_product_flop_per_step"],
            "versions": {"iarcc": self.programs.compiler.version,
                         "iarcc_hash": self.programs.compiler.identity, "iarc_study": VERSION},
            "commands": commands_of(self.study, cell, entry.arguments),
            # Nothing outside of "timing" depends on the machine or the clock.
            "timing": {"started": entry.started.isoformat(timespec="seconds"),
                       "seconds": round(max(time.monotonic() - entry.start,
                                            _seconds(curve["step"], milliseconds)), 3),
                       "ms_per_step": sorted(milliseconds)[len(milliseconds) // 2]
                       if milliseconds else None,
                       "host": HOST, "cpu": self.programs.compiler.cpu,
                       "target_cpu": info["target_cpu"], "threads": self.threads},
        })
        self.time_left.learn(cell.variant, record["timing"]["ms_per_step"],
                             record["flop_per_step"])
        return record

    def _status(self, pending):
        parts = []
        for entry in self.running:
            step = entry.last.get("step", 0)
            text = f"{entry.cell.name} {100 * step // entry.cell.steps} %"
            if entry.last.get("accuracy") is not None:  # nothing was predicted at the last position
                text += f" ({entry.last['accuracy']:.2f})"
            parts.append(text)
        return (f"[{self.done}/{len(self.own)}] {left_text(self._left(pending))}  "
                + "  ".join(parts))

    def _flop(self, cell):
        info = self.programs.info(cell.variant)
        return info["product_flop_per_step"] + info["attention_flop_per_step"]

    def _left(self, pending):
        """Seconds until all is done, as if the work could be spread evenly."""
        work = [(cell, cell.steps) for cell in pending]
        for entry in self.running:
            self.time_left.learn(entry.cell.variant, entry.last.get("ms_per_step"),
                                 self._flop(entry.cell))
            work.append((entry.cell, entry.cell.steps - entry.last.get("step", 0)))
        times = [self.time_left.seconds(cell.variant, self._flop(cell), steps)
                 for cell, steps in work]
        if None in times:
            return None
        return max(sum(times) / self.slots, max(times, default=0))


def _seconds(steps, milliseconds):
    """What the steps of a log took, in however many processes."""
    lengths = [step - before for step, before in zip(steps, [0, *steps])]
    return sum(length * each for length, each in zip(lengths, milliseconds)) / 1000


def _complaint(text):
    """The program's words, without its name."""
    return text.strip().split("error: ")[-1].splitlines()[0] if text.strip() else ""
