"""How the tool speaks: errors, notes and hints on standard error, exit statuses, nearest names."""
import difflib
import os
import sys

SUCCESS, WRONG_SOURCE, WRONG_USAGE, DIVERGED, INPUT_OUTPUT, INTERNAL_ERROR = 0, 1, 2, 3, 4, 5


class StudyError(Exception):
    """Ends the tool with `status` after `message` was shown."""

    def __init__(self, message, status=INPUT_OUTPUT, hint=""):
        super().__init__(message)
        self.status = status
        self.hint = hint


def use_colour():
    return (sys.stderr.isatty() and not os.environ.get("NO_COLOR")
            and os.environ.get("TERM") != "dumb")


def _say(label, colour, message):
    if use_colour():
        label = f"\033[1;{colour}m{label}\033[0m"
    sys.stderr.write(f"iarc-study: {label}: {message}\n")
    sys.stderr.flush()


def error(message, hint=""):
    _say("error", 31, message)
    if hint:
        _say("hint", 36, hint)


def warning(message):
    _say("warning", 35, message)


def note(message):
    sys.stderr.write(f"iarc-study: {message}\n")
    sys.stderr.flush()


def nearest(word, names):
    """The closest of `names`, or an empty string."""
    found = difflib.get_close_matches(str(word), [str(name) for name in names], n=1, cutoff=0.6)
    return found[0] if found else ""


def did_you_mean(word, names):
    """What to put after "unknown ... 'word'": the nearest name, else what there is."""
    guess = nearest(word, names)
    if guess:
        return f"did you mean '{guess}'?"
    return "known are " + list_of(names) if names else ""


def list_of(names, last="and"):
    names = [f"'{name}'" for name in names]
    if len(names) < 2:
        return "".join(names)
    return ", ".join(names[:-1]) + f" {last} {names[-1]}"


def counted(number, one, many=None):
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def duration(seconds):
    """A length of time in two units, such as '1 h 12 min'."""
    seconds = int(seconds + 0.5)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02d} s"
    if seconds < 86400:
        return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"
    return f"{seconds // 86400} d {seconds % 86400 // 3600} h"
