"""How far the study is: one line that is rewritten on a terminal, plain lines elsewhere."""
import os
import shutil
import sys
import time

from .messages import duration


class Progress:
    def __init__(self, quiet=False):
        self.quiet = quiet
        self.rewrites = (sys.stderr.isatty() and not os.environ.get("NO_COLOR")
                         and os.environ.get("TERM") != "dumb")
        self.shown = False
        self.last = 0.0

    def due(self):
        """Whether `status` would show something now."""
        return (not self.quiet
                and time.monotonic() - self.last >= (0.2 if self.rewrites else 300))

    def status(self, text):
        """The line that is rewritten; elsewhere a line every five minutes."""
        if not self.due():
            return
        first, self.last = self.last == 0, time.monotonic()
        if self.rewrites:
            width = shutil.get_terminal_size((80, 24)).columns - 1
            sys.stderr.write("\r\033[K" + text[:width])
            self.shown = True
        elif not first:
            sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def line(self, text):
        """A line that stays."""
        if self.quiet:
            return
        self.clear()
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def clear(self):
        if self.shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
            self.shown = False


class TimeLeft:
    """Estimates from the speed of cells that ran: of the same program, else of the work they do."""

    def __init__(self):
        self.known = {}  # variant -> (milliseconds a step, FLOP a step)

    def learn(self, variant, milliseconds, flop):
        if milliseconds and flop:
            self.known[variant] = (milliseconds, flop)

    def seconds(self, variant, flop, steps):
        """For `steps` steps, or None as long as nothing is known."""
        if variant in self.known:
            return self.known[variant][0] * steps / 1000
        if self.known:
            ratios = sorted(milliseconds / work for milliseconds, work in self.known.values())
            return ratios[len(ratios) // 2] * flop * steps / 1000
        return None


def left_text(seconds):
    return "time left not known yet" if seconds is None else f"{duration(seconds)} left"
