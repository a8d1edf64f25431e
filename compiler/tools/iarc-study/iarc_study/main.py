"""The command line: what is asked for, in which order it is done, exit statuses."""
import fnmatch
import os
import re
import sys
import time

from . import VERSION, messages
from .cells import combinations_to_check, expand
from .messages import (INPUT_OUTPUT, INTERNAL_ERROR, SUCCESS, WRONG_SOURCE, WRONG_USAGE,
                       StudyError, counted, did_you_mean, list_of)
from .present.data import number
from .processes import Stopped, catch_signals, check_stopped
from .programs import Compiler, Programs
from .progress import Progress
from .runner import Runner, compile_all
from .source import Sources
from .store import Store
from .study import read

HELP = """iarcc study: train the models of a study on its tasks and present the results

Examples:
  iarcc study examples/paper/paper.study           run what is not finished yet
  iarcc study paper.study --cores 8                eight cells at a time
  iarcc study paper.study --only 'ablations/*/1'   only these cells
  iarcc study paper.study --list                   every cell and how it stands
  iarcc study paper.study --present                make the page from what there is
  iarcc study paper.study --slurm jobs             a Slurm job array of the cells

Usage: iarcc study FILE [OPTIONS]

Options:
  --results DIR          folder of results (results/ beside FILE)
  --cores N              cores to use (those that this process may use)
  --threads-per-cell N   threads of one training run (1)
  --only GLOB            only cells whose name matches, GROUP/MODEL/TASK/.../SEED;
                         may be given several times
  --cells FILE           only cells whose keys begin the lines of FILE
  --share I/N            only every Nth of these, from the Ith on, counted from 0
  --list                 list the cells and run nothing
  --present              make table, figures and page and run nothing
  --slurm DIR            write a job script there and run nothing
  --slurm-tasks N        array tasks of that job (one for each cell that is left,
                         at most 200)
  --checkpoint-every N   of a cell that is under way: steps, or a time such as 30s
                         or 5m (1m); as much is lost when it is killed
  --quiet                no progress
  -h, --help             print this help
  --version              print the version

A finished cell is never run again, whenever and however the study was stopped:
call it again and it goes on. Exit status: 0 all right, 1 the study or a model is
wrong, 2 wrong usage, 4 a file could not be read or written, 5 a program failed,
130 and 143 stopped by SIGINT and SIGTERM.
"""

# flag -> what its value is; None for a switch
FLAGS = {"--results": "DIR", "--cores": "N", "--threads-per-cell": "N", "--only": "GLOB",
         "--cells": "FILE", "--share": "I/N", "--list": None, "--present": None, "--slurm": "DIR",
         "--slurm-tasks": "N", "--checkpoint-every": "INTERVAL", "--quiet": None, "--help": None, "--version": None}


class Options:
    def __init__(self):
        self.file = ""
        self.results = ""
        self.cores = len(os.sched_getaffinity(0))
        self.threads_per_cell = 1
        self.only = []
        self.cells = ""
        self.share = (0, 1)
        self.list = self.present = self.quiet = self.help = self.version = False
        self.slurm = ""
        self.slurm_tasks = 0
        self.checkpoint_every = "1m"


def usage_error(message, hint="'iarcc study --help' lists what there is"):
    return StudyError(message, WRONG_USAGE, hint)


def _number(flag, value, most):
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= most:
        raise usage_error(f"{flag} takes an integer from 1 to {most}, not '{value}'")
    return int(value)


def _share(value):
    first, _, parts = value.partition("/")
    if not (first.isascii() and first.isdigit() and parts.isascii() and parts.isdigit()
            and int(first) < int(parts)):
        raise usage_error(f"--share takes I/N with I from 0 to N - 1, not '{value}'")
    return int(first), int(parts)


def _interval(value):
    if not re.fullmatch("[1-9][0-9]{0,11}[smh]?", value, re.ASCII):
        raise usage_error("--checkpoint-every takes steps, or a time such as 30s, 5m or 2h, "
                          f"not '{value}'")
    return value


def parse(words):
    options, files = Options(), []
    words = list(words)
    while words:
        word = words.pop(0)
        if not word.startswith("-") or word == "-":
            files.append(word)
            continue
        flag, equals, value = word.partition("=")
        flag = "--help" if flag == "-h" else flag
        if flag not in FLAGS:
            guess = messages.nearest(flag, list(FLAGS))
            raise usage_error(f"unknown option '{flag}'"
                              + (f"; did you mean '{guess}'?" if guess else ""))
        name = flag[2:].replace("-", "_")
        if FLAGS[flag] is None:
            if equals:
                raise usage_error(f"option '{flag}' takes no value")
            setattr(options, name, True)
            continue
        if not equals:
            if not words:
                raise usage_error(f"option '{flag}' needs a value")
            value = words.pop(0)
        if not value:
            raise usage_error(f"option '{flag}' needs a value")
        if FLAGS[flag] == "N":
            setattr(options, name, _number(flag, value, 256 if "threads" in flag else 100000))
        elif flag == "--share":
            options.share = _share(value)
        elif flag == "--checkpoint-every":
            options.checkpoint_every = _interval(value)
        elif flag == "--only":
            options.only.append(value)
        else:
            setattr(options, name, value)
    if options.help or options.version:
        return options
    if not files:
        raise usage_error("no study file")
    if len(files) > 1:
        raise usage_error(f"unexpected argument '{files[1]}' after '{files[0]}'")
    if [options.list, options.present, bool(options.slurm)].count(True) > 1:
        raise usage_error("--list, --present and --slurm exclude each other")
    if options.slurm_tasks and not options.slurm:
        raise usage_error("--slurm-tasks goes with --slurm")
    if options.threads_per_cell > options.cores:
        raise usage_error(f"--threads-per-cell {options.threads_per_cell} is more than the "
                          f"{counted(options.cores, 'core')} to use")
    options.file = files[0]
    options.results = options.results or os.path.join(
        os.path.dirname(os.path.abspath(options.file)), "results")
    return options


def check_models(study, programs, variants, cores, progress):
    """Lets the front end look at every model with every set of parameters. Returns the problems,
    one for each different complaint, with those that have it."""
    pending = [entry for entry in variants if not programs.checked(entry[0])]
    running, complaints, total, done = [], {}, len(pending), 0
    try:
        while pending or running:
            while pending and len(running) < cores:
                variant, where = pending.pop(0)
                running.append((variant, where, programs.start_check(variant)))
            check_stopped()
            progress.status(f"checking models: {done} of {total}")
            variant, where, process = running.pop(0)
            said = process.communicate()[1].strip()
            done += 1
            if process.returncode == 0:
                programs.mark_checked(variant)
            else:
                said = said or f"iarcc ended with status {process.returncode}"
                complaints.setdefault(said, []).append(where)
    finally:
        for _, _, process in running:
            process.kill()
            process.wait()
        progress.clear()
    problems = []
    for said, places in complaints.items():
        shown = (list_of(places) if len(places) <= 3 else
                 f"'{places[0]}', '{places[1]}' and {len(places) - 2} more")
        problems.append((f"{study.path}: the model of {shown} does not compile:\n{said}", ""))
    return problems


def select(cells, options, study):
    """The cells that --only and --share name."""
    if options.only:
        chosen = [cell for cell in cells
                  if any(fnmatch.fnmatchcase(name, glob) for name in cell.names
                         for glob in options.only)]
        for glob in options.only:
            if not any(fnmatch.fnmatchcase(name, glob) for cell in cells for name in cell.names):
                names = [name for cell in cells for name in cell.names]
                raise usage_error(f"--only '{glob}' matches no cell of '{study.path}'",
                                  did_you_mean(glob, names) if messages.nearest(glob, names)
                                  else f"a name is such as '{cells[0].name}'; --list shows all")
        cells = chosen
    if options.cells:
        cells = _listed(cells, options.cells, study)
    first, parts = options.share
    return cells[first::parts]


def _listed(cells, path, study):
    """The cells whose keys a file lists."""
    try:
        with open(path, encoding="utf-8") as file:
            keys = [line.split()[0] for line in file if line.strip()]
    except (OSError, UnicodeDecodeError) as problem:
        raise StudyError(f"cannot read '{path}': {problem}") from problem
    by_key = {cell.key: cell for cell in cells}
    for key in keys:
        if key not in by_key:
            raise StudyError(f"{path}: there is no cell '{key}' in '{study.path}'", WRONG_SOURCE,
                             "the study or a model has changed since; list its cells again")
    return [by_key[key] for key in dict.fromkeys(keys)]


def list_cells(cells, store):
    counts = {}
    for cell in cells:
        record = store.finished(cell.key)
        holder = "" if record else store.holder(cell.key)
        state = record["status"] if record else "running" if holder else "missing"
        counts[state] = counts.get(state, 0) + 1
        result = number(record["accuracy_last"], 4) if state == "finished" else "-"
        others = f"  = {', '.join(cell.names[1:])}" if len(cell.names) > 1 else ""
        print(f"{state:8}  {result:>6}  {cell.steps:>6} steps  {cell.key}  {cell.name}{others}")
    print(f"{counted(len(cells), 'cell')}: "
          + (", ".join(f"{number} {state}" for state, number in sorted(counts.items())) or "none"))


def run(options, tool_folder):
    # Like everything that may fail, before anything runs.
    study, problems = read(options.file)
    compiler = Compiler(tool_folder)
    sources = Sources(compiler.library)
    store = Store(options.results)
    if not options.list:
        store.prepare()
    progress = Progress(options.quiet)
    programs = Programs(compiler, sources, store.programs)
    if not options.list:
        programs.clean()
    cells = chosen = unreadable = None
    if not problems:
        try:
            cells = expand(study, sources)
            chosen = select(cells, options, study)
        except StudyError as problem:
            if problem.status != INPUT_OUTPUT:
                raise
            unreadable = problem  # unless iarcc says it better
    if not (options.present or options.list):
        if chosen is None:
            variants = combinations_to_check(study, options.only)
        else:
            names = {}
            for cell in chosen:
                names.setdefault(cell.variant, cell.name.rpartition("/")[0])
            variants = list(names.items())
        problems += check_models(study, programs, variants, options.cores, progress)
    if problems:
        for message, hint in problems:
            messages.error(message, hint)
        messages.note(f"{counted(len(problems), 'error')}; nothing was run")
        return WRONG_SOURCE
    if unreadable:
        raise unreadable

    order = [cell.key for cell in cells]
    store.load()
    if options.list:
        list_cells(chosen, store)
        return SUCCESS
    if options.slurm:
        from .slurm import write_job
        left = [cell for cell in chosen if not store.finished(cell.key)]
        write_job(options, study, left, compiler)
        return SUCCESS

    def present():
        from .present.page import write_page
        return write_page(study, cells, store.gather(order), store.folder, compiler)

    if not options.present:
        left = [cell for cell in chosen if not store.finished(cell.key)]
        variants = list(dict.fromkeys(cell.variant for cell in left))
        compile_all(programs, variants, options.cores, progress)
        slots = max(1, options.cores // options.threads_per_cell)
        runner = Runner(study, order, chosen, store, programs, slots, options.threads_per_cell,
                        options.checkpoint_every, progress, present)
        start = time.monotonic()
        status = runner.run()
        if runner.elsewhere:
            messages.note(f"{counted(len(runner.elsewhere), 'cell')} left to another process "
                          "that runs them")
        progress.line(f"{runner.done} of {counted(len(chosen), 'cell')} finished"
                      + (f", {len(runner.failed)} failed" if runner.failed else "")
                      + (f"; this call took {messages.duration(time.monotonic() - start)}"
                         if left else ""))
        if options.share != (0, 1):
            store.gather(order)
            return status
        check_stopped()
        page = present()
        progress.line(f"page: {page}")
        return status
    print(present())
    return SUCCESS


def main(words, tool_folder):
    catch_signals()
    try:
        options = parse(words)
        if options.help:
            print(HELP, end="")
            return SUCCESS
        if options.version:
            print(f"iarc-study {VERSION}")
            return SUCCESS
        return run(options, tool_folder)
    except StudyError as problem:
        messages.error(str(problem), problem.hint)
        return problem.status
    except Stopped as stopped:
        name = "SIGINT" if stopped.number == 2 else "SIGTERM"
        messages.note(f"stopped by {name}; the same command goes on with what is not finished")
        return 128 + stopped.number
    except BrokenPipeError:
        # A reader of our output that has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SUCCESS
    except OSError as problem:
        messages.error(f"{problem.filename or 'the system'}: "
                       f"{(problem.strerror or str(problem)).lower()}")
        return INPUT_OUTPUT
    except Exception as problem:  # pylint: disable=broad-except
        if os.environ.get("IARC_STUDY_TRACE"):
            raise
        messages.error(f"internal error: {type(problem).__name__}: {problem}",
                       "set IARC_STUDY_TRACE=1 to see where, and report it")
        return INTERNAL_ERROR
