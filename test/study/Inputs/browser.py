"""browser.py CHROMIUM PAGE FOLDER: opens the page without a window and looks at what it became.

A copy of the page gets a script that measures it; the screenshots are of the page itself and stay in
FOLDER.
"""
import json
import os
import re
import subprocess
import sys

chromium, page, folder = sys.argv[1:]
MEASURE = """<script>
addEventListener("load", () => {
  const texts = [...document.querySelectorAll("svg text")];
  const overlaps = [];
  for (const svg of document.querySelectorAll("svg")) {
    const boxes = [...svg.querySelectorAll("text")].map(t => [t.textContent, t.getBoundingClientRect()]);
    const frame = svg.getBoundingClientRect();
    boxes.forEach(([name, a], i) => {
      if (a.left < frame.left - 1 || a.right > frame.right + 1) overlaps.push(name + " leaves its figure");
      for (const [other, b] of boxes.slice(i + 1))
        if (a.left + 1 < b.right && b.left + 1 < a.right && a.top + 3 < b.bottom && b.top + 3 < a.bottom)
          overlaps.push(name + " | " + other);
    });
  }
  const result = {wide: document.documentElement.scrollWidth, window: innerWidth, overlaps,
    requests: performance.getEntriesByType("resource").map(entry => entry.name),
    texts: texts.length, ground: getComputedStyle(document.body).backgroundColor};
  document.body.insertAdjacentHTML("beforeend", "<pre id='measured'>" +
    JSON.stringify(result).replace(/</g, "&lt;").replace(/&/g, "&amp;") + "</pre>");
});
</script></body>"""

with open(page, encoding="utf-8") as file:
    text = file.read()
measured = os.path.join(folder, "measured.html")
with open(measured, "w", encoding="utf-8") as file:
    file.write(text.replace("</body>", MEASURE))

grounds = set()
for width, scheme in ((1200, "light"), (1200, "dark"), (420, "light")):
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
               f"--user-data-dir={os.path.join(folder, 'profile')}", "--enable-logging=stderr",
               "--host-resolver-rules=MAP * ~NOTFOUND", "--no-first-run", "--virtual-time-budget=2000",
               f"--blink-settings=preferredColorScheme={int(scheme == 'light')}",
               f"--window-size={width},2400"]
    shown = subprocess.run([*command, "--dump-dom", "file://" + measured], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True, check=True, timeout=120)
    # CONSOLE lines are what a page's developer would see.
    said = [line for line in shown.stderr.splitlines() if "CONSOLE" in line]
    assert not said, "\n".join(said)
    found = re.search(r"<pre id=\"measured\">(.*?)</pre>", shown.stdout, re.S)
    result = json.loads(found.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    assert result["wide"] <= result["window"], result
    assert not result["overlaps"], result["overlaps"]
    assert result["texts"] > 40, result
    assert not result["requests"], result["requests"]
    grounds.add((scheme, result["ground"]))
    picture = os.path.join(folder, f"{width}-{scheme}.png")
    subprocess.run([*command, f"--screenshot={picture}", "file://" + page],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, timeout=120)
    assert os.path.getsize(picture) > 20000, picture
    print(f"{width} wide, {scheme}: no complaint")
assert len({ground for _, ground in grounds}) == 2, grounds
