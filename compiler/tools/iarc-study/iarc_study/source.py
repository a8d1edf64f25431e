"""What a model's source means, as a hash: the part of a cell's key that comes from `.iarc` files.

The hash is that of the definitions which the model uses, of its own file and of all it imports,
without comments and white space. So a cell stays finished when a comment changes or the library
grows, and is run again when anything changes that can change its result.
"""
import hashlib
import os
import re

from .messages import StudyError

_TOKEN = re.compile(r"//[^\r\n]*|\s+|[A-Za-z_]\w*|\d[\w.]*|\.\.<?|[<>=!]=|.", re.S)
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
            if named and (word in ("import", "model", "block", "function")
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


class Sources:
    """Hashes of model files; each file is read once."""

    def __init__(self, library):
        self.library = library  # folders searched after that of the importing file
        self.files = {}
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
            if kind != "import":
                continue
            for folder in [os.path.dirname(path), *self.library]:
                imported = os.path.join(folder, name + ".iarc")
                if os.path.isfile(imported):
                    self._reach(imported, seen)
                    break

    def hash(self, path, parameters=()):
        """A hexadecimal hash of what the model in `path` is made of; the values of `parameters`, as
        -D gives them, may name further definitions."""
        path = os.path.realpath(path)
        values = tuple(sorted({word for value in parameters for word in tokens(value)}))
        if (path, values) not in self.hashes:
            reached = []
            self._reach(path, reached)
            by_name, pending = {}, [values]
            for file in reached:
                for kind, name, words in self._definitions(file):
                    if kind == "model":
                        if file == path:
                            pending.append(words)
                    elif kind != "import":
                        by_name.setdefault(name, []).append(words)
            parts, done = set(), set()
            while pending:
                words = pending.pop()
                if words is not values:
                    parts.add("\n".join(words))
                for word in words:
                    if word in by_name and word not in done:
                        done.add(word)
                        pending += by_name[word]
            text = "\n\n".join(sorted(parts))
            self.hashes[path, values] = hashlib.sha256(text.encode()).hexdigest()
        return self.hashes[path, values]
