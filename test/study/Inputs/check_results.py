"""check_results.py RESULTS FOLDER: every line is whole, and the commands of some give its result."""
import json
import os
import subprocess
import sys

path, folder = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    records = [json.loads(line) for line in file]
for record in records:
    assert record["status"] == "finished", record
    assert record["curve"]["step"] == [5, 10, 15, 20], record["curve"]
    assert len(record["curve"]["loss"]) == len(record["curve"]["accuracy"]) == 4
    assert set(record["curve"]["subtask_accuracy"]) == set(record["set"]["subtasks"]) - set("[], ")
    assert 0 <= record["accuracy_all"] <= 1 and 0 <= record["accuracy_last"] <= 1
    assert record["subtask_accuracy"].keys() == record["curve"]["subtask_accuracy"].keys()
    assert record["flop_per_step"] > 0 and record["timing"]["ms_per_step"] > 0
    assert record["versions"]["iarcc"] and record["windows"] == 200 and record["steps"] == 20
    assert record["timing"]["threads"] >= 1 and record["timing"]["started"]
assert len({record["key"] for record in records}) == len(records)
for record in records[::4]:
    for command in record["commands"]:
        shown = subprocess.run(command, shell=True, cwd=folder, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, check=True, text=True).stdout
    evaluation = json.loads(shown)
    for name in ("loss", "accuracy_last", "accuracy_all", "subtask_accuracy"):
        assert evaluation[name] == record[name], (name, evaluation[name], record[name])
print(f"{len(records)} results, all as the commands give them")
