#!/usr/bin/env python3
"""Stands for a peer's Python in the suite's tests: imports anything and answers like worker.py.

FAKE_PEER says how: right (with the losses in the file FAKE_LOSSES), wrong, error, dies or slow.
"""
import json
import os
import sys

how = os.environ["FAKE_PEER"]
if sys.argv[1] == "-c":
    sys.exit(0)
for line in sys.stdin:
    request = json.loads(line)["do"]
    if request == "forms":
        answer = {"forms": ["fake"]}
    elif request == "build" and how == "dies":
        sys.exit(7)
    elif request == "build" and how == "error":
        answer = {"error": "ValueError: no such layer"}
    elif request == "build":
        losses = [1.0, 1.0, 1.0]
        if how != "wrong":
            with open(os.environ["FAKE_LOSSES"]) as file:
                losses = json.load(file)
        answer = {"losses": losses, "seconds": 0, "version": "1"}
    else:
        answer = {"ms": 6000.0 if how == "slow" else 2000.0, "best": 1, "steps": 2, "mib": 1}
    print(json.dumps(answer), flush=True)
