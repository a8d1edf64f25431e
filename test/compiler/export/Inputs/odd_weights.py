"""odd_weights.py FROM TO: the weights of a file with -0, 9.8765432109876543e19 and 3 at the start of every tensor."""
import json
import struct
import sys

data = bytearray(open(sys.argv[1], "rb").read())
(length,) = struct.unpack_from("<Q", data)
header = json.loads(data[8:8 + length])
for name, entry in header.items():
    if name != "__metadata__":
        kind, size = ("<d", 8) if entry["dtype"] == "F64" else ("<f", 4)
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        for place, number in zip(range(begin, end, size), (-0.0, 9.8765432109876543e19, 3.0)):
            struct.pack_into(kind, data, place, number)
header.pop("__metadata__", None)  # of a checksum that no longer holds
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
open(sys.argv[2], "wb").write(struct.pack("<Q", len(text)) + text + data[8 + length:])
