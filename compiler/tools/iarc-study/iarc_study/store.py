"""The results folder: finished cells, locks, and results.jsonl.

    results.jsonl            one line for each finished cell, in the study's order
    index.html, *.svg        the page and the figures
    state/cells/KEY.json     a finished cell; renamed into place, so whole or not there
    state/locks/KEY          locked by the process that runs the cell
    state/running/KEY.*/     what a cell under way writes; of no use once its process is gone
    state/begun/KEY.*/       its checkpoints and log: where it goes on, by the same program
    state/programs/          compiled models

A cell is finished when results.jsonl or state/cells/ has it: state/ may be deleted when nothing runs.
Locks are those of fcntl, which file systems shared by machines support and which end with their
process however it ends. Correctness does not hang on them: a cell that two processes run gives the
same result twice, and the later rename replaces it.
"""
import fcntl
import json
import os
import shutil
import socket

from .messages import StudyError

HOST = socket.gethostname()


def write_atomically(path, text):
    """The file is there as a whole or as it was before, whatever happens."""
    temporary = os.path.join(os.path.dirname(path),
                             f".{os.path.basename(path)}.{HOST}.{os.getpid()}")
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as problem:
        try:
            os.unlink(temporary)
        except OSError:
            pass
        raise StudyError(f"cannot write '{path}': {problem.strerror.lower()}") from problem


def make_folder(path):
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as problem:
        raise StudyError(f"cannot make the folder '{path}': {problem.strerror.lower()}"
                         ) from problem


class Lock:
    """An exclusive lock on a file; released by `release` or by the end of the process."""

    def __init__(self, path, descriptor):
        self.path, self.descriptor = path, descriptor

    @staticmethod
    def take(path, wait=False):
        """The lock, or None where another process holds it and `wait` is false."""
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as problem:
            raise StudyError(f"cannot open the lock '{path}': {problem.strerror.lower()}"
                             ) from problem
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except (BlockingIOError, PermissionError):
            os.close(descriptor)
            return None
        except OSError as problem:
            os.close(descriptor)
            raise StudyError(f"cannot lock '{path}': {problem.strerror.lower()}",
                             hint="let --results name a folder on a file system with locks"
                             ) from problem
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{HOST} {os.getpid()}\n".encode())
        return Lock(path, descriptor)

    @staticmethod
    def holder(path):
        """Who holds the lock, as 'HOST PID', or an empty string."""
        try:
            with open(path, "r+", encoding="utf-8") as file:
                try:
                    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    return file.read().strip() or "another process"
        except OSError:
            pass
        return ""

    def release(self):
        # Removed while it is held; whoever opened it before looks for the result again.
        try:
            os.unlink(self.path)
        except OSError:
            pass
        os.close(self.descriptor)


class Store:
    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.state = os.path.join(self.folder, "state")
        self.cells = os.path.join(self.state, "cells")
        self.locks = os.path.join(self.state, "locks")
        self.running = os.path.join(self.state, "running")
        self.begun = os.path.join(self.state, "begun")
        self.programs = os.path.join(self.state, "programs")
        self.results = os.path.join(self.folder, "results.jsonl")
        self.lines = {}  # key -> record, of results.jsonl
        self.loaded = {}  # key -> record, of cells/

    def prepare(self):
        for folder in (self.cells, self.locks, self.running, self.begun, self.programs):
            make_folder(folder)
        ignore = os.path.join(self.state, ".gitignore")
        if not os.path.exists(ignore):
            write_atomically(ignore, "*\n")

    def load(self):
        """Reads what is finished; returns key -> record."""
        self.lines = {}
        try:
            with open(self.results, encoding="utf-8") as file:
                for number, line in enumerate(file, 1):
                    if line.strip():
                        record = self._parse(line, f"{self.results}:{number}")
                        self.lines[record["key"]] = record
        except FileNotFoundError:
            pass
        except (OSError, UnicodeDecodeError) as problem:
            raise StudyError(f"cannot read '{self.results}': {problem}") from problem
        try:
            names = os.listdir(self.cells)
        except OSError:
            names = []
        for name in names:
            key, ending = os.path.splitext(name)
            if ending == ".json" and key not in self.loaded and not name.startswith("."):
                self._load_cell(key)
        return {**self.lines, **self.loaded}

    def _parse(self, text, where):
        try:
            record = json.loads(text)
            if isinstance(record, dict) and isinstance(record.get("key"), str):
                return record
        except ValueError:
            pass
        raise StudyError(f"{where}: this is no result of a study",
                         hint="remove the line; its cell is then run again")

    def _load_cell(self, key):
        path = os.path.join(self.cells, key + ".json")
        try:
            with open(path, encoding="utf-8") as file:
                self.loaded[key] = self._parse(file.read(), path)
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise StudyError(f"cannot read '{path}': {problem.strerror.lower()}") from problem
        return self.loaded[key]

    def finished(self, key):
        """The record of a finished cell, or None; looks at the folder again."""
        return self.loaded.get(key) or self.lines.get(key) or self._load_cell(key)

    def claim(self, key):
        """A lock on the cell, or None where another process has it."""
        lock = Lock.take(os.path.join(self.locks, key))
        if lock:
            for name in os.listdir(self.running):  # of processes that ended
                if name.startswith(key + "."):
                    shutil.rmtree(os.path.join(self.running, name), ignore_errors=True)
        return lock

    def holder(self, key):
        return Lock.holder(os.path.join(self.locks, key))

    def attempt(self, key):
        """A fresh folder for what the cell writes while it runs."""
        folder = os.path.join(self.running, f"{key}.{HOST}.{os.getpid()}")
        make_folder(folder)
        return folder

    def checkpoints(self, key, program):
        """The folder where the cell goes on, and whether it was begun. Another program, such as
        one for another processor, would round differently and begins anew. The cell is locked."""
        name = f"{key}.{program}"
        for other in os.listdir(self.begun):
            if other.startswith(key + ".") and other != name:
                shutil.rmtree(os.path.join(self.begun, other), ignore_errors=True)
        folder = os.path.join(self.begun, name)
        begun = os.path.isdir(folder)
        make_folder(folder)
        return folder, begun

    def forget(self, key):
        """Removes what the cell would go on from. The cell is locked."""
        for name in os.listdir(self.begun):
            if name.startswith(key + "."):
                shutil.rmtree(os.path.join(self.begun, name), ignore_errors=True)

    def clean(self):
        """Removes what a process left behind that was killed right after it finished a cell."""
        for folder in (self.running, self.begun):
            for name in os.listdir(folder):
                key = name.split(".")[0]
                lock = self.claim(key) if self.finished(key) else None
                if lock:
                    self.forget(key)
                    lock.release()

    def finish(self, record):
        write_atomically(os.path.join(self.cells, record["key"] + ".json"), dump(record) + "\n")
        self.loaded[record["key"]] = record

    def gather(self, order):
        """Writes results.jsonl: finished cells in `order`, then those of no cell of the study."""
        lock = Lock.take(os.path.join(self.locks, "results"), wait=True)
        try:
            records = self.load()
            keys = [key for key in order if key in records]
            keys += sorted(key for key in records if key not in set(order))
            text = "".join(dump(records[key]) + "\n" for key in keys)
            try:
                with open(self.results, encoding="utf-8") as file:
                    if file.read() == text:
                        return records
            except OSError:
                pass
            if text:
                write_atomically(self.results, text)
            return records
        finally:
            os.close(lock.descriptor)


def dump(record):
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))
