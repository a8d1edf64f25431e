"""Draws every model of the examples, closed and opened 1 to 3 deep, and checks each picture.

    draw_all.py FOLDER EXAMPLES FILE...

The pictures are FOLDER/MODEL-DEPTH.svg. iarcc is that of the PATH.
"""
import pathlib
import subprocess
import sys

if len(sys.argv) < 3:
    sys.exit(__doc__)
folder = pathlib.Path(sys.argv[1])
models = sorted(path for path in pathlib.Path(sys.argv[2]).rglob("*.iarc")
                if any(line.startswith("model ") for line in path.read_text().splitlines())
                and "tokens(" not in path.read_text())
models += [pathlib.Path(name) for name in sys.argv[3:]]
if len(models) < 10:
    sys.exit(f"only {len(models)} models in {sys.argv[2]}")
check = pathlib.Path(__file__).with_name("check_picture.py")
pictures = []
for model in models:
    for depth in range(4):
        picture = folder / f"{model.stem}-{depth}.svg"
        subprocess.run(["iarcc", "graph", model, "--open", str(depth), "-o", picture], check=True)
        pictures.append(picture)
subprocess.run([sys.executable, check, *pictures], check=True, stdout=subprocess.DEVNULL)
