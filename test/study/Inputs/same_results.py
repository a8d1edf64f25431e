"""same_results.py A B: the same results, without what depends on the clock or the machine."""
import json
import sys


def results(path):
    with open(path, encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    for record in records:
        del record["timing"]
    return sorted(records, key=lambda record: record["key"])


first, second = map(results, sys.argv[1:])
assert first and first == second, "the results differ"
