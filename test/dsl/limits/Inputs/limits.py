"""limits.py CHECKER LIBRARY FOLDER: inputs that would overflow a stack, take the memory or never end.

Each is to be accepted or refused with a message, within seconds of one core, and twice as large an input of
those that are accepted must not take much more than twice as long.
"""
import os
import resource
import subprocess
import sys
import time

checker, library, folder = sys.argv[1:]
SECONDS = 60  # far more than any needs, far less than what is quadratic takes
failures = 0


def model(body="", before="", last="encode"):
    return (f"{before}\nmodel m {{\n  task iarc(symbols: 20, subtasks: [I])\n  context 4\n"
            f"  weights shared, normal(0, 1)\n{body}\n  predict ({last})[0..<20]\n"
            "  loss cross_entropy at last\n  train sgd\n}\n")


def run(path):
    """Exit status, standard error and seconds of processor time."""
    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run([checker, "-I", library, path], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          preexec_fn=limit, check=False)
    return (done.returncode, done.stderr.decode("utf-8", "replace"),
            resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before)


def check(name, make, size, status, message=""):
    """`make(n)` is a source of size n; status 0 or 1, with a piece of the first message."""
    global failures
    path = os.path.join(folder, name.replace(" ", "-") + ".iarc")
    seconds = []
    for n in (size, 2 * size) if status == 0 else (size,):
        with open(path, "w", encoding="utf-8") as file:
            file.write(make(n))
        actual, errors, used = run(path)
        for _ in range(2):  # a busy machine only ever adds to it
            if seconds and used > 3.2 * seconds[0]:
                used = min(used, run(path)[2])
        seconds.append(max(used, 0.2))  # below that the process itself is what is measured
        first = errors.splitlines()[0] if errors else ""
        if actual != status or message not in first:
            print(f"{name} of {n}: FAILED: status {actual}, {first[:300]!r}")
            failures += 1
            return
        if len(errors) > 200000:
            print(f"{name} of {n}: FAILED: {len(errors)} bytes of messages")
            failures += 1
            return
    if len(seconds) == 2 and seconds[1] > 3.2 * seconds[0]:
        print(f"{name}: FAILED: {seconds[0]:.2f} s for {size}, {seconds[1]:.2f} s for twice as much")
        failures += 1
    else:
        print(f"{name}: {'accepted' if status == 0 else 'refused'}")
    if "--times" in os.environ.get("LIMITS", ""):
        print(f"    {seconds}")
    os.remove(path)


lines = "\n".join

# Many of what one may write.
check("params", lambda n: model(lines(f"  param p{i} = {i}" for i in range(n))), 10000, 0)
check("definitions", lambda n: model(before=lines(f"function f{i}(x) = x + {i}" for i in range(n))),
      10000, 0)
check("statements", lambda n: model(lines("  x = norm(x)" for _ in range(n)).replace("x)", "encode)", 1),
                                    last="x"), 10000, 0)
check("weights", lambda n: model(lines(f"  weight w{i}[20, 21] = normal(0, 1)\n  let x{i} = linear(encode, w{i})" for i in range(n)),
                                 last=lines([f"x{0}"])), 500, 0)
check("tasks' states", lambda n: "task t(symbols: 4) { " + lines(f"state s{i} = 0" for i in range(n)) + " }\n" + model(),
      10000, 1)
check("comments", lambda n: model(before=lines("// a comment of some length, as people write them" for _ in range(n))),
      50000, 0)
check("blank lines", lambda n: model(before="\n" * n), 2000000, 0)
check("imports", lambda n: lines("import transformer" for _ in range(n)) + model(), 5000, 0)

# Long ones.
check("identifier", lambda n: model(f"  param {'a' * n} = 1"), 1000000, 0)
check("comment", lambda n: model(before="// " + "x" * n), 4000000, 0)
check("number", lambda n: model(f"  param p = {'1' * n}"), 100000, 1)
check("fraction", lambda n: model(f"  param p = 0.{'1' * n}"), 100000, 0)
check("sum", lambda n: model("  param p = " + " + ".join(["1"] * n)), 50000, 0)
check("list", lambda n: model(f"  param p = [{', '.join(['1'] * n)}]"), 10000, 1)
check("arguments", lambda n: model(last=f"norm(encode, {', '.join(['1'] * n)})"), 10000, 1)
check("subtasks", lambda n: model().replace("[I]", "[" + ", ".join(["I"] * n) + "]"), 10000, 1)
check("string", lambda n: model().replace("iarc(", f"tokens(\"{'x' * n}\", "), 100000, 1)

# Deep ones.
check("brackets", lambda n: model(f"  param p = {'(' * n}1{')' * n}"), 100000, 1, "deeper than 500")
check("lists in lists", lambda n: model(f"  param p = {'[' * n}1{']' * n}"), 100000, 1, "deeper than 500")
check("repeats", lambda n: model("  x = encode\n" + "repeat 2 { " * n + "x = norm(x)" + " }" * n, last="x"),
      100000, 1, "deeper")
check("blocks in blocks", lambda n: model("{ " * n), 100000, 1)
check("powers", lambda n: model("  param p = " + "2 ^ " * n + "1"), 100000, 1, "deeper than 500")
check("choices", lambda n: model("  param p = " + "if true then 1 else " * n + "1"), 100000, 1, "deeper than 500")
check("unclosed strings", lambda n: model() + '"' * n, 100000, 1)
check("closing brackets", lambda n: model() + "}" * n, 100000, 1)
check("unknown characters", lambda n: model() + "\u00a7" * n, 100000, 1)
check("wrong statements", lambda n: model(lines(f"  x{i} = nothing{i}(y{i})" for i in range(n))), 5000, 1)

# What grows when it is worked out.
check("repeat count", lambda n: model(f"  x = encode\n  repeat {n} {{ x = linear(x, 20) }}", last="x"), 10**18, 1)
check("shared repeat count", lambda n: model(f"  x = encode\n  repeat {n} {{ x = norm(x) }}", last="x"), 10**9, 1)
check("range", lambda n: model(f"  x = encode\n  for i in 0..<{n} {{ x = norm(x) }}", last="x"), 10**12, 1)
check("ranges in ranges", lambda n: model("  x = encode\n" + "for i in 0..<1000 { " * n + "x = norm(x)" + " }" * n, last="x"),
      4, 1)
check("context", lambda n: model().replace("context 4", f"context {n}"), 10**15, 1)
check("width", lambda n: model(last=f"linear(linear(encode, {n}), 20)"), 10**18, 1)
check("wide repeats", lambda n: model(f"  x = encode\n  repeat {n} {{ x = linear(linear(x, {n}), 20) }}", last="x"),
      10**9, 1)
check("symbols", lambda n: model().replace("symbols: 20", f"symbols: {n}"), 10**15, 1)
check("batch", lambda n: model().replace("train sgd", f"train sgd {{ batch {n} }}"), 10**18, 1)
check("steps", lambda n: model().replace("train sgd", f"train sgd {{ steps {n} }}"), 10**30, 1)

print(f"{failures} failures")
