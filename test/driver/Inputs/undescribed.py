"""Says which definitions of a page that `iarcc doc` made have no description; a task's may be its file's.

    undescribed.py PAGE.md
"""
import re
import sys

if len(sys.argv) != 2:
    sys.exit(__doc__)
about = ""
found, missing = 0, []
for section in re.split(r"^(?=#{2,3} )", open(sys.argv[1], encoding="utf-8").read(), flags=re.M)[1:]:
    head, _, body = section.partition("\n")
    prose = [line for line in body.splitlines()
             if line and not line.startswith(("    ", "Source: ", "Imports "))]
    if head.startswith("## "):
        about = prose
        continue
    found += 1
    if not prose and not (head.startswith("### task ") and about):
        missing.append(head.removeprefix("### "))
if missing or not found:
    sys.exit(f"of {found} definitions these are not described: {', '.join(missing)}")
