"""The benchmark suite of iarc: which cells there are, measuring them beside peers, presenting them."""
import sys


class BenchError(Exception):
    """Ends the suite with `status` (2 wrong usage, 4 input or output) after `message` was shown."""

    def __init__(self, message, hint="", status=4):
        super().__init__(message)
        self.hint, self.status = hint, status


def say(text):
    print(f"suite.py: {text}", file=sys.stderr, flush=True)
