"""Prints what an editor sends to open a text and to ask for the definition of what stands somewhere in it.

    open.py TEXT LINE COLUMN

In TEXT \\n is a line end; lines and columns count from 0.
"""
import json
import sys

TEXT = sys.argv[1].replace("\\n", "\n")
MESSAGES = [
    {"id": 1, "method": "initialize", "params": {"capabilities": {}}},
    {"method": "initialized", "params": {}},
    {"method": "textDocument/didOpen", "params": {"textDocument": {
        "uri": "file:///tmp/opened.iarc", "languageId": "iarc", "version": 1, "text": TEXT}}},
    {"id": 2, "method": "textDocument/definition", "params": {
        "textDocument": {"uri": "file:///tmp/opened.iarc"},
        "position": {"line": int(sys.argv[2]), "character": int(sys.argv[3])}}},
]
for message in MESSAGES:
    body = json.dumps({"jsonrpc": "2.0", **message})
    sys.stdout.write(f"Content-Length: {len(body.encode())}\r\n\r\n{body}")
