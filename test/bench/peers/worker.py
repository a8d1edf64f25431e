"""worker.py PEER THREADS: a peer's process. Answers requests, one line of JSON each, from standard input.

PEER: torch, torch_compile or jax.

  {"do": "forms", CELL}             -> {"forms": [...]}: the forms worth trying
  {"do": "build", "form": F, CELL}  -> {"losses": [...], "seconds": s}: that of the first steps
  {"do": "time", "seconds": s}      -> {"ms": median, "best": ms, "steps": n, "mib": peak memory}

CELL is "cell": its settings, "weights" and "batch": files of the compiled program. An answer with
"error" says what went wrong; the process then still answers.
"""
import json
import os
import resource
import statistics
import sys
import time
import traceback

VERIFIED_STEPS = 3
peer, threads = sys.argv[1], int(sys.argv[2])
# What the frameworks print must not meet the answers.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


class Session:
    def __init__(self, module):
        self.module = module
        self.compiled = peer == "torch_compile"
        self.problem = self.step = None

    def read(self, request):
        from definition import Problem
        self.problem = Problem(request["cell"], request["weights"], request["batch"])

    def forms(self, request):
        self.read(request)
        return {"forms": self.module.forms(self.problem, self.compiled)}

    def build(self, request):
        self.read(request)
        start = time.perf_counter()
        self.step = self.module.Step(self.problem, request["form"], threads, self.compiled)
        losses = [self.step() for _ in range(VERIFIED_STEPS)]
        return {"losses": losses, "seconds": time.perf_counter() - start,
                "version": self.module.version()}

    def time(self, request):
        self.step()
        times, end = [], time.perf_counter() + request["seconds"]
        while len(times) < 2 or time.perf_counter() < end:
            start = time.perf_counter()
            self.step()
            times.append(1e3 * (time.perf_counter() - start))
        return {"ms": statistics.median(times), "best": min(times), "steps": len(times),
                "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main():
    if peer == "jax":
        import jax_peer as module
    else:
        import torch_peer as module
    module.prepare(threads)
    session = Session(module)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(session, request["do"])(request)
        except Exception as error:  # whatever a framework raises is the driver's to report
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


main()
