"""A scripted client of the language server. Usage: client.py SERVER LIBRARY

Every check prints what failed; the status is 1 if one did. Ends with the time of an edit.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

FAILURES = []


class Client:
    def __init__(self, server):
        self.process = subprocess.Popen([server], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.number = 0
        self.diagnostics = {}

    def processor_time(self):
        """Seconds that the server has used."""
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def raw(self, text):
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.raw(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def receive(self):
        length = None
        while True:
            line = self.process.stdout.readline().strip()
            if not line:
                break
            length = int(line.split(b":")[1])
        message = json.loads(self.process.stdout.read(length))
        if message.get("method") == "textDocument/publishDiagnostics":
            self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        return message

    def notify(self, method, **params):
        self.send({"method": method, "params": params})

    def call(self, method, **params):
        self.number += 1
        self.send({"id": self.number, "method": method, "params": params})
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                return answer

    def ask(self, method, **params):
        answer = self.call(method, **params)
        check(f"{method} succeeds", "error" not in answer, answer)
        return answer.get("result")

    def published(self, uri):
        """The next diagnostics of a text."""
        while True:
            message = self.receive()
            if message.get("method") and message["params"]["uri"] == uri:
                return message["params"]["diagnostics"]

    def open(self, uri, text):
        self.notify("textDocument/didOpen", textDocument={
            "uri": uri, "languageId": "iarc", "version": 1, "text": text})
        return self.published(uri)


def check(what, holds, shown=""):
    if not holds:
        FAILURES.append(what)
        print(f"FAILED: {what}: {shown}")


def at(text, needle, occurrence=0, inside=0):
    """The protocol's position of a text, in UTF-16 units."""
    index = -1
    for _ in range(occurrence + 1):
        index = text.index(needle, index + 1)
    index += inside
    line = text.count("\n", 0, index)
    start = text.rfind("\n", 0, index) + 1
    return {"line": line, "character": len(text[start:index].encode("utf-16-le")) // 2}


MODEL = """import transformer
// Doubles, \U0001d54f wide.
function twice(x) = 2 * x   // \U0001d54f

/* */ model m {
  param depth = 3
  task iarc(symbols: 16, subtasks: [I, A, R, C])
  context 24
  x = encode
  repeat depth { x = layer(x, heads: 4) }
  let y = twice(x)
  predict y[0..<symbols]
  loss cross_entropy at last
  train sgd
}
""".replace("/* */ ", "")

OWN = """block own(logits, target, a = 0.3) { return a * row_sum((logits - target)^2) }
task coin { symbols 3  gap 1..3  control Q q {}  control P p {}  next { return draw(symbols) } }
model own_loss {
  param list = [Q, P] // by name
  task coin(subtasks: list)
  context 5
  predict linear(encode, symbols)
  loss own(a: 0.6) at all
  train sgd
}
"""


def features(client, folder, library):
    uri = "file://" + folder.replace(" ", "%20") + "/m.iarc"
    document = {"uri": uri}
    check("a right model has no diagnostics", client.open(uri, MODEL) == [], client.diagnostics)

    def hover(needle, occurrence=0):
        result = client.ask("textDocument/hover", textDocument=document,
                            position=at(MODEL, needle, occurrence))
        return result["contents"]["value"] if result else ""

    check("axes of a value", "[position 24, feature 20]" in hover("y = twice"), hover("y = twice"))
    check("value of a param", "3" in hover("depth ="), hover("depth ="))
    text = hover("layer(x, heads")
    check("head of a block", "block layer(x, heads" in text, text)
    check("comment of a block", "The layer of the paper" in text, text)
    check("parameters of a call", "parameters" in text and "[layer 3, out 20, in 20]" in text, text)
    check("comment of a function", "Doubles" in hover("twice(x)\n"), hover("twice(x)\n"))
    check("a predefined name", "symbols" in hover("symbols]"), hover("symbols]"))
    check("parameters of the model", "parameters in" in hover("m {"), hover("m {"))
    check("nothing on a comment", hover("wide") == "", hover("wide"))

    target = client.ask("textDocument/definition", textDocument=document,
                        position=at(MODEL, "layer(x"))
    check("definition in the library", target["uri"].endswith("/transformer.iarc"), target)
    source = open(os.path.join(library, "transformer.iarc"), encoding="utf-8").read()
    check("its place", target["range"]["start"] == at(source, "block layer(", 0, 6), target)
    target = client.ask("textDocument/definition", textDocument=document,
                        position=at(MODEL, "depth {"))
    check("definition of a param", target["range"]["start"] == at(MODEL, "depth ="), target)
    target = client.ask("textDocument/definition", textDocument=document,
                        position=at(MODEL, "transformer"))
    check("definition of an import", target["uri"].endswith("/transformer.iarc"), target)

    places = client.ask("textDocument/references", textDocument=document,
                        position=at(MODEL, "twice(x)\n"), context={"includeDeclaration": True})
    check("references", len(places) == 2, places)
    edit = client.ask("textDocument/rename", textDocument=document, newName="double",
                      position=at(MODEL, "twice(x)\n"))
    check("rename", len(edit["changes"][uri]) == 2, edit)
    for name, where, reason in (("4x", "twice(x) ", "no name"), ("linear", "twice(x) ", "word of"),
                                ("mine", "layer(x", "standard library"), ("z", "wide", "no name")):
        answer = client.call("textDocument/rename", textDocument=document, newName=name,
                             position=at(MODEL, where))
        check(f"rename to {name} is refused", reason in answer.get("error", {}).get("message", ""),
              answer)

    # A name that means something else where the renamed one is seen: of a variable in the same
    # scope, of a parameter beside it, of a definition of this file or an imported one.
    for name, where in (("y", "x = encode"), ("x", "depth ="), ("layer", "y = twice"),
                        ("twice", "x = encode")):
        answer = client.call("textDocument/rename", textDocument=document, newName=name,
                             position=at(MODEL, where))
        taken = f"'{name}' is the name of something else here: "
        check(f"rename of {where} to {name}", taken in answer.get("error", {}).get("message", ""),
              answer)
    # Elsewhere the same name is no matter.
    edit = client.ask("textDocument/rename", textDocument=document, newName="w",
                      position=at(MODEL, "x) = 2"))
    check("rename of a parameter", len(edit["changes"][uri]) == 2, edit)

    def complete(text, position):
        client.notify("textDocument/didChange", textDocument={"uri": uri, "version": 2},
                      contentChanges=[{"text": text}])
        items = client.ask("textDocument/completion", textDocument=document, position=position)
        return {item["label"]: item for item in reversed(items["items"])}  # the first of each

    labels = complete(MODEL, at(MODEL, "twice(x)\n", 0, 2))
    check("completion of variables, definitions, words",
          {"x", "depth", "twice", "layer", "linear", "repeat"} <= set(labels), sorted(labels))
    check("completion shows axes", "[position 24" in labels["x"].get("detail", ""), labels["x"])
    labels = complete(MODEL, at(MODEL, "heads: 4"))
    check("completion of arguments", labels.get("kernel", {}).get("insertText") == "kernel: ", labels)
    broken = "import tr\n" + MODEL
    labels = complete(broken, {"line": 0, "character": 9})
    check("completion of imports", "transformer" in labels and "recurrent" in labels, sorted(labels))

    client.notify("textDocument/didChange", textDocument={"uri": uri, "version": 3},
                  contentChanges=[{"text": MODEL}])
    outline = client.ask("textDocument/documentSymbol", textDocument=document)
    check("outline", [s["name"] for s in outline] == ["twice", "m"], outline)
    check("outline of a model", [s["name"] for s in outline[1]["children"]] == ["depth"], outline)

    # A change of a range behind characters of two UTF-16 units, and what it makes wrong.
    start = at(MODEL, "// \U0001d54f\n", 0, 0)
    end = at(MODEL, "\U0001d54f\n", 0, 1)
    client.notify("textDocument/didChange", textDocument={"uri": uri, "version": 4},
                  contentChanges=[{"range": {"start": start, "end": end}, "text": "+ x"}])
    changed = MODEL.replace("// \U0001d54f\n", "+ x\n")
    where = at(changed, "encode")
    client.notify("textDocument/didChange", textDocument={"uri": uri, "version": 5}, contentChanges=[
        {"range": {"start": where, "end": {**where, "character": where["character"] + 6}},
         "text": "encod;"}])
    while not any(d["code"] == "IARC0201" for d in client.published(uri)):
        pass
    found = client.diagnostics[uri]
    check("diagnostics while typing", [d["code"] for d in found] == ["IARC0201", "IARC0101"], found)
    check("place of a diagnostic", found[0]["range"]["start"] == where, found)
    actions = client.ask("textDocument/codeAction", textDocument=document,
                         range=found[0]["range"], context={"diagnostics": []})
    check("quick fixes", "Write 'encode'" in [a["title"] for a in actions], actions)
    changed = changed.replace("encode", "encod;")
    check("a broken text is not laid out", client.ask(
        "textDocument/formatting", textDocument=document, options={}) == [], "")
    client.notify("textDocument/didChange", textDocument={"uri": uri, "version": 6},
                  contentChanges=[{"text": "kernel k(z)=z  // \U0001d54f"}])
    edits = client.ask("textDocument/formatting", textDocument=document, options={})
    check("formatting", edits[0]["newText"] == "kernel k(z) = z  // \U0001d54f\n" and
          edits[0]["range"]["end"] == {"line": 0, "character": 20}, edits)

    # Unsaved text of an imported file is what the importing one sees.
    other = "file://" + folder.replace(" ", "%20") + "/other.iarc"
    open(os.path.join(folder, "other.iarc"), "w", encoding="utf-8").write("kernel saved(z) = z^2\n")
    client.open(other, "kernel unsaved(z) = z^2\n")
    client.notify("textDocument/didChange", textDocument={"uri": uri, "version": 7}, contentChanges=[
        {"text": "import other\nfunction f(x) = unsaved(x)\n"}])
    target = client.ask("textDocument/definition", textDocument=document,
                        position={"line": 1, "character": 17})
    check("definition in unsaved text", target and target["uri"] == other, target)
    edit = client.ask("textDocument/rename", textDocument={"uri": other}, newName="renamed",
                      position={"line": 0, "character": 8})
    check("rename across open files", set(edit["changes"]) == {uri, other}, edit)
    client.notify("textDocument/didClose", textDocument={"uri": other})
    client.notify("textDocument/didClose", textDocument=document)

    # What a loss is called with, and the control tokens of a task wherever they are listed.
    uri = "file://" + folder.replace(" ", "%20") + "/own.iarc"
    document = {"uri": uri}
    check("a task and a loss of one's own", client.open(uri, OWN) == [], client.diagnostics)
    for name, places, where in (("amount", 3, "a = 0.3"), ("amount", 3, "a: 0.6"), ("Z", 2, "Q q"),
                                ("Z", 2, "Q, P] "), ("parity", 2, "coin {"), ("coin", 2, "list =")):
        edit = client.ask("textDocument/rename", textDocument=document, newName=name,
                          position=at(OWN, where))
        check(f"rename of {where} to {name}", len(edit["changes"][uri]) == places, edit)
    client.notify("textDocument/didClose", textDocument=document)


def robustness(client):
    answer = client.call("textDocument/hover", textDocument={"uri": "file:///absent.iarc"},
                         position={"line": 0, "character": 0})
    check("a text that is not open", answer["error"]["code"] == -32602, answer)
    answer = client.call("textDocument/hover")
    check("missing parameters", answer["error"]["code"] == -32602, answer)
    answer = client.call("textDocument/unknown")
    check("an unknown method", answer["error"]["code"] == -32601, answer)
    client.notify("unknown/notification")
    for body, code in ((b"{", -32700), (b"[]", -32600), (b'{"id": 1}', -32600),
                       (b'{"id": 1, "method": 3}', -32600), (b"\xff", -32700)):
        client.raw(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        answer = client.receive()
        check(f"malformed {body}", answer["error"]["code"] == code, answer)
    for header in (b"Content-Length: x\r\n\r\n", b"Other: 3\r\n\r\n", b"Content-Length: 99999999999999\r\n\r\n"):
        client.raw(header)
        answer = client.receive()
        check(f"header {header}", answer["error"]["code"] == -32700, answer)
    uri = "untitled:Untitled-1"
    for text in ("", "\ufeffmodel", "model m {", "}" * 50, "\x00\x01", "(" * 600,
                 "kernel k(z) = k(z)\r\nkernel k(z) = \"a\"\r", "é\U0001d54f" * 50):
        found = client.open(uri, text)
        check(f"diagnostics of {text[:10]!r}", isinstance(found, list), found)
        for line, character in ((0, 0), (0, 5), (3, 7), (10**9, 10**9)):
            for method in ("hover", "definition", "completion", "references", "prepareRename"):
                client.ask("textDocument/" + method, textDocument={"uri": uri},
                           position={"line": line, "character": character})
        client.ask("textDocument/documentSymbol", textDocument={"uri": uri})
        client.ask("textDocument/formatting", textDocument={"uri": uri}, options={})
    answer = client.call("textDocument/hover", textDocument={"uri": uri},
                         position={"line": -1, "character": 0})
    check("a negative position", answer["error"]["code"] == -32602, answer)
    client.notify("textDocument/didClose", textDocument={"uri": uri})


def speed(client, folder):
    """Edits of a file of 500 lines: until diagnostics and a hover are there."""
    blocks = "".join(f"block b{i}(x) {{\n  let a = x + linear(norm(x), width(x), name: w{i})\n"
                     f"  let b = a * 2 + {i}\n  return linear(b, width(x))\n}}\n\n" for i in range(80))
    calls = "".join(f"  x = b{i}(x)\n" for i in range(0, 80, 8))
    text = blocks + MODEL.replace("  let y", calls + "  let y").replace("import transformer\n", "")
    text = "import transformer\n" + text
    lines = text.count("\n")
    uri = "file://" + folder + "/long.iarc"
    check("the long model is right", client.open(uri, text) == [], client.diagnostics.get(uri))
    times = []
    used = client.processor_time()
    where = at(text, "+ 40\n", 0, 4)
    for i in range(30):
        begin = time.perf_counter()
        client.notify("textDocument/didChange", textDocument={"uri": uri, "version": i + 2},
                      contentChanges=[{"range": {"start": where, "end": where}, "text": "1"}]
                      if i % 2 == 0 else
                      [{"range": {"start": where, "end": {**where, "character": where["character"] + 1}},
                        "text": ""}])
        client.published(uri)
        hover = client.ask("textDocument/hover", textDocument={"uri": uri},
                           position=at(text, "y = twice"))
        times.append((time.perf_counter() - begin) * 1000)
        check("hover while typing", hover and "feature 20" in hover["contents"]["value"], hover)
    print(f"{lines} lines: an edit until diagnostics and hover takes "
          f"{statistics.median(times):.1f} ms, at most {max(times):.1f} ms; "
          f"{(client.processor_time() - used) * 1000 / len(times):.1f} ms of the processor")
    # What a busy machine takes says little; the processor's time does.
    check("an edit takes less than 200 ms of the processor",
          (client.processor_time() - used) / len(times) < 0.2, times)


def main(server, library):
    client = Client(server)
    answer = client.call("textDocument/hover")
    check("initialize comes first", answer["error"]["code"] == -32002, answer)
    result = client.ask("initialize", processId=None, rootUri=None, capabilities={})
    check("capabilities", result["capabilities"]["textDocumentSync"]["change"] == 2, result)
    client.notify("initialized")
    with tempfile.TemporaryDirectory(prefix="iarc lsp ") as folder:
        features(client, folder, library)
    robustness(client)
    with tempfile.TemporaryDirectory(prefix="iarc-lsp-") as folder:
        speed(client, folder)
    check("shutdown", client.ask("shutdown") is None)
    client.notify("exit")
    check("status after shutdown", client.process.wait(10) == 0)
    for text in (b"", b"Content-Length: 10\r\n\r\n{"):
        run = subprocess.run([server], input=text, capture_output=True, timeout=10)
        check("status of an input that ends", run.returncode == 1, run)
    print(f"{len(FAILURES)} failures")
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
