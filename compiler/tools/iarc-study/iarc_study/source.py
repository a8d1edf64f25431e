"""What a model's source means, as a hash: the part of a cell's key that comes from `.iarc` files.

The hash is that of the definitions which the model uses, of its own file and of all it imports,
without comments and white space, and of the file of data that its task reads. So a cell stays
finished when a comment changes or the library grows, and is run again when anything changes that
can change its result.
"""
import hashlib
import os
import re

from .messages import StudyError

_TOKEN = re.compile(r'"(?:\\.|[^"\\\r\n])*"|//[^\r\n]*|\s+|'
                    r"[A-Za-z_]\w*|\d[\w.]*|\.\.<?|[<>=!]=|.", re.S)
_OPEN, _CLOSE = "([{", ")]}"


def tokens(text):
    """The tokens of a source text, without comments and white space."""
    found = _TOKEN.findall(text.removeprefix("\ufeff"))
    return [token for token in found if not token.isspace() and not token.startswith("//")]


def definitions(words):
    """Cuts the tokens of a file into its top-level definitions: [(kind, name, tokens)]."""
    starts, depth = [], 0
    for index, word in enumerate(words):
        if word in _OPEN:
            depth += 1
        elif word in _CLOSE:
            depth -= 1
        elif depth == 0 and index + 1 < len(words):
            follows = words[index + 2] if index + 2 < len(words) else ""
            named = words[index + 1].isidentifier()
            # `kernel` is also an ordinary name, but only a definition goes on with NAME(.
            if named and (word in ("import", "model", "block", "function", "task")
                          or (word == "kernel" and follows == "(")):
                starts.append(index)
    ends = starts[1:] + [len(words)]
    return [(words[i], words[i + 1], words[i:j]) for i, j in zip(starts, ends)]


def _read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as problem:
        raise StudyError(f"cannot read '{path}': {_reason(problem)}") from problem


def _reason(problem):
    return (getattr(problem, "strerror", "") or str(problem)).lower()


def _content(path):
    """The hash of a file of data; "" where there is none, which iarcc says."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


class Sources:
    """Hashes of model files; each file is read once."""

    def __init__(self, library):
        self.library = library  # folders searched after that of the importing file
        self.files = {}
        self.contents = {}
        self.hashes = {}

    def _definitions(self, path):
        path = os.path.realpath(path)
        if path not in self.files:
            self.files[path] = definitions(tokens(_read(path)))
        return self.files[path]

    def _reach(self, path, seen):
        """All files that `path` imports, itself first."""
        path = os.path.realpath(path)
        if path in seen:
            return
        seen.append(path)
        for kind, name, _ in self._definitions(path):
            if kind == "import":
                self._reach_named(path, name, seen)

    def _reach_named(self, path, name, seen):
        """What the file NAME.iarc imports that `path` means, itself first."""
        for folder in [os.path.dirname(path), *self.library]:
            imported = os.path.join(folder, name + ".iarc")
            if os.path.isfile(imported):
                self._reach(imported, seen)
                break

    def _data(self, path):
        if path not in self.contents:
            self.contents[path] = _content(path)
        return self.contents[path]

    def _data_parts(self, used, parameters):
        """What the files hold that a task `tokens(...)` may read: those that its definition or a
        param of the model names, or a value that -D gives it."""
        if not any(word == "tokens" for _, words in used for word in words):
            return set()
        named = {(word, os.path.join(os.path.dirname(file), word[1:-1]))
                 for file, words in used for word in words if word.startswith('"')}
        named |= {(value, value.strip('"')) for value in parameters}
        return {f"data {word} {self._data(path)}" for word, path in named if os.path.isfile(path)}

    def _add_task(self, path, models, by_name):
        """A model's task that no file declares or imports is that of the file of its name; that
        name may also be what a param holds."""
        words = [word for _, each in models for word in each]
        named = {name for word, name in zip(words, words[1:])
                 if word == "task" and name.isidentifier() and name not in by_name}
        for name in sorted(set(words)) if named else ():
            reached = []
            if name.isidentifier() and name not in by_name:
                self._reach_named(path, name, reached)
            if not any(kind == "task" and other == name
                       for file in reached[:1] for kind, other, _ in self._definitions(file)):
                continue
            for file in reached:
                for kind, other, definition in self._definitions(file):
                    if kind not in ("import", "model"):
                        by_name.setdefault(other, []).append((file, definition))

    def hash(self, path, parameters=()):
        """A hexadecimal hash of what the model in `path` is made of; the values of `parameters`, as
        -D gives them, may name further definitions."""
        path = os.path.realpath(path)
        parameters = tuple(sorted(parameters))
        values = tuple(sorted({word for value in parameters for word in tokens(value)}))
        if (path, parameters) not in self.hashes:
            reached = []
            self._reach(path, reached)
            by_name, pending = {}, [(path, values)]
            for file in reached:
                for kind, name, words in self._definitions(file):
                    if kind == "model":
                        if file == path:
                            pending.append((file, words))
                    elif kind != "import":
                        by_name.setdefault(name, []).append((file, words))
            self._add_task(path, pending, by_name)
            used, done = [], set()
            while pending:
                file, words = pending.pop()
                if words is not values:
                    used.append((file, words))
                for word in words:
                    if word in by_name and word not in done:
                        done.add(word)
                        pending += by_name[word]
            parts = {"\n".join(words) for _, words in used}
            text = "\n\n".join(sorted(parts | self._data_parts(used, parameters)))
            self.hashes[path, parameters] = hashlib.sha256(text.encode()).hexdigest()
        return self.hashes[path, parameters]
