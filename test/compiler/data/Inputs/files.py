"""files.py FOLDER: the files of the tests of data."""
import random
import struct
import sys

folder = sys.argv[1]


def write(name, content):
    with open(f"{folder}/{name}", "wb") as file:
        file.write(content)


words = "the quick brown fox jumps over a lazy dog: déjà vu, naïve café".split()
draw = random.Random(1)
text = "\n".join(" ".join(draw.choice(words) for _ in range(8)) for _ in range(300)) + "\n"
write("corpus.txt", text.encode())
write("other.txt", text.replace("quick", "hasty").encode())
write("euro.txt", (text[:500] + "€" + text[500:]).encode())
write("latin.txt", text.encode("latin-1"))
write("empty.txt", b"")
write("short.txt", text.encode()[:50])
tokens = [draw.randrange(50257) for _ in range(400)]
tokens[7] = 50256
write("x.bin", struct.pack("<400H", *tokens))
write("odd.bin", struct.pack("<400H", *tokens) + b"x")
tokens[123] = 50257
write("outside.bin", struct.pack("<400H", *tokens))
write("u32.bin", struct.pack("<400I", *[t * 2 for t in tokens]))
write("u8.bin", bytes(t % 7 for t in tokens))
