"""check_page.py FOLDER: the page and the figures are well-formed and refer to nothing outside."""
import glob
import os
import re
import sys
import xml.etree.ElementTree as tree

folder = sys.argv[1]
for path in [os.path.join(folder, "index.html"), *sorted(glob.glob(os.path.join(folder, "*.svg")))]:
    with open(path, encoding="utf-8") as file:
        text = file.read()
    root = tree.fromstring(text.replace("<!DOCTYPE html>", ""))
    for element in root.iter():
        for name, value in element.attrib.items():
            local = name.rsplit("}", 1)[-1]
            if local in ("src", "href", "srcset", "action", "data", "poster"):
                assert value == "data:,", f"{path}: {name}={value}"
            assert "url(" not in value and not local.startswith("on"), f"{path}: {name}={value}"
    assert "@import" not in text and "url(" not in text and "<script" not in text, path
    for variable in set(re.findall(r"var\(--(\w+)\)", text)):
        assert len(re.findall(rf"--{variable}: ", text)) == 2, f"{path}: --{variable}"
    assert "nan" not in text.lower().replace("nan in step", ""), f"{path}: a number that is none"
    # Within the frame: whatever is drawn, text by its anchor.
    svgs = [root] if path.endswith(".svg") else root.iter("svg")
    for svg in svgs:
        _, _, width, height = map(float, svg.attrib["viewBox"].split())
        for element in svg.iter():
            for key, most in (("x", width), ("cx", width), ("x1", width), ("x2", width),
                              ("y", height), ("cy", height), ("y1", height), ("y2", height)):
                if key in element.attrib:
                    assert -0.01 <= float(element.attrib[key]) <= most + 0.01, \
                        f"{path}: {element.tag} {key}={element.attrib[key]}"
    print(f"{os.path.basename(path)}: well-formed")
