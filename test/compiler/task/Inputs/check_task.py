"""Recomputes the targets of a library task from its printed samples.

Reads the lines of `iarcc task FILE --json` and derives every target from the symbols that the model
sees before it, by the rule as docs/task.md words it, in another form than the declaration. Usage:
check_task.py NAME [NUMBER...] < LINES, the numbers being the task's own parameters.
"""
import json
import sys


def induction(x, _):
    """What followed the latest earlier occurrence, where it did so again or was drawn anew."""
    last, expected = {}, []
    for t in range(len(x) - 1):
        # The symbol before the window has a follower that the window does not show.
        expected.append(last.get(x[t]))
        last[x[t]] = x[t + 1]
    return expected


def selective_copy(x, count):
    marker = x.index(1)
    assert marker == len(x) - 1 - count and set(x[:marker]) <= {0} | set(range(2, 12))
    items = [s for s in x[:marker] if s != 0]
    assert len(items) == count
    return [None] * marker + items


def associative_recall(x, _):
    values, expected = {}, []
    first = (len(x) - 2) % 2  # place of the first key
    for t in range(len(x) - 1):
        if (t - first) % 2 == 0:
            assert x[t] < 8 <= x[t + 1]
            expected.append(values.get(x[t]))
            values[x[t]] = x[t + 1]
        else:
            expected.append(None)
    assert expected[-1] is not None
    return expected


def modular_chain(x, terms):
    period, expected = 2 * terms + 1, [None] * (len(x) - 1)
    for end in range(len(x) - 1, period - 2, -period):
        words = ["%d" % s if s < 7 else "+-="[s - 7] for s in x[end - period + 1:end + 1]]
        assert words[-2] == "="
        expected[end - 1] = eval("".join(words[:-2])) % 7
    return expected


def dyck(x, depth):
    expected, stack = [], []
    for t, symbol in enumerate(x):
        closes = symbol >= 4
        if t > 0:
            expected.append(stack[-1] + 4 if closes else None)
        if closes:
            stack.pop()
        else:
            stack.append(symbol)
        assert len(stack) <= depth
    return expected


def parity(x, length):
    expected = [None] * (len(x) - 1)
    for end in range(len(x) - 1, length, -(length + 2)):
        assert x[end - 1] == 2
        expected[end - 1] = sum(x[end - 1 - length:end - 1]) % 2
    return expected


def automaton(x, states):
    state, expected = 0, []
    for t in range(len(x) - 1):
        state = {0: (state + 1) % states, 1: 0}.get(x[t], state)
        expected.append(4 + state if x[t] == 3 else None)
    assert x[-2] == 3
    return expected


def delayed_match(x, delay):
    expected, stimuli = [], []
    for t in range(len(x) - 1):
        if (len(x) - 2 - t) % 2 == 0:
            stimuli.append(x[t])
            expected.append(int(len(stimuli) > delay and stimuli[-1] == stimuli[-1 - delay]))
        else:
            expected.append(None)
    return expected


def main(name, *numbers):
    samples = targets = 0
    kinds = set()
    for line in sys.stdin:
        sample = json.loads(line)
        x, given = sample["symbols"], sample["targets"]
        expected = globals()[name](x, *(map(int, numbers) if numbers else [None]))
        assert len(given) == len(expected) == len(x) - 1
        for t, target in enumerate(given):
            if target < 0:
                # Where the rule leaves the symbol open, or the window does not show what decides it.
                assert name == "induction" or expected[t] is None, (sample, t)
                continue
            assert target == x[t + 1], (sample, t)
            if name == "induction" and expected[t] is None:
                assert t == 0 or x[t] not in x[:t]  # followed the symbol before the window
                continue
            assert target == expected[t], (sample, t, expected[t])
            targets += 1
            kinds.add(target)
        samples += 1
    print(f"{name}: {samples} samples, {targets} targets of {len(kinds)} kinds")


main(*sys.argv[1:])
