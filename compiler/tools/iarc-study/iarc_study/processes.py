"""Starting processes that never outlive this one, and being stopped by signals."""
import ctypes
import os
import signal
import subprocess

_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def start(command, **options):
    """A process in a session of its own, so that Ctrl-C reaches this tool only; the kernel ends it
    when this process ends, even by SIGKILL. `options` are those of Popen."""
    parent = os.getpid()

    def die_with_parent():
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before that
            os.kill(os.getpid(), signal.SIGKILL)
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True,
                            preexec_fn=die_with_parent, **options)


def alive(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


class Stopped(Exception):
    """SIGINT or SIGTERM came."""

    def __init__(self, number):
        super().__init__(number)
        self.number = number


_caught = []


def catch_signals():
    """From now on the first SIGINT or SIGTERM is kept for `check_stopped`; a second one ends the
    process by itself."""
    def keep(number, _):
        _caught.append(number)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, keep)
    signal.signal(signal.SIGTERM, keep)


def check_stopped():
    """Raises Stopped when a signal came. Called where nothing is half done."""
    if _caught:
        raise Stopped(_caught[0])
