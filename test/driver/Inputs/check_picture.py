"""Checks pictures that `iarcc graph` writes: well-formed, and no box covers another or leaves the page.

    check_picture.py FILE.svg...

Boxes may lie inside a group's frame, wholly; frames lie inside one another. Prints the number of boxes.
"""
import sys
import xml.etree.ElementTree as tree

SVG = "{http://www.w3.org/2000/svg}"


def rectangle(element):
    x, y, width, height = (float(element.get(key)) for key in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def check(path):
    root = tree.parse(path).getroot()
    _, _, width, height = (float(number) for number in root.get("viewBox").split())
    boxes = [(element.get("class"), rectangle(element)) for element in root.iter(SVG + "rect")
             if element.get("class") != "paper"]
    for kind, (left, top, right, bottom) in boxes:
        if left < 0 or top < 0 or right > width or bottom > height:
            sys.exit(f"{path}: a {kind} leaves the page")
    for i, (kind, a) in enumerate(boxes):
        for other, b in boxes[:i]:
            apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
            within = a[0] >= b[0] and a[1] >= b[1] and a[2] <= b[2] and a[3] <= b[3]
            if not apart and not (within and other == "group"):
                sys.exit(f"{path}: a {kind} covers a {other}")
    names = [element.text for element in root.iter(SVG + "text") if element.get("class") == "name"]
    if "predict" not in names or not (root.find(SVG + "desc").text or "").strip():
        sys.exit(f"{path}: no prediction, or no description")
    print(f"{len(boxes)} boxes, {width:.0f} wide")


if len(sys.argv) < 2:
    sys.exit(__doc__)
for file in sys.argv[1:]:
    check(file)
