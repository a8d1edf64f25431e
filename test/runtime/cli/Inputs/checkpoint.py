"""Looks into checkpoints by Python's standard library alone.

check FILE                      the checksum, computed here, is that of the file
edit IN OUT KEY=VALUE ...       other metadata (KEY= removes a key), with a right checksum
rename IN OUT OLD=NEW ...       other names of tensors, with a right checksum
adopt FROM FILE                 metadata of another file, with a right checksum
same A B                        whether two checkpoints hold the same state, the clock apart
flip IN OUT BYTE [BIT]          one bit flipped; BYTE from the end when negative
lines FILE                      a log of JSON lines without what the clock tells
columns FILE                    a log of CSV without what the clock tells
"""
import csv
import json
import struct
import sys

PREFIX = b'"checksum":"iarc-crc64:'


def crc64(data):
    """CRC-64/XZ, a bit at a time."""
    value = 2**64 - 1
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (0xC96C5795D7870F42 if value & 1 else 0)
    return value ^ (2**64 - 1)


def split(path):
    data = open(path, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8:8 + length]), data[8 + length:]


def digits_of(data):
    at = data.index(PREFIX) + len(PREFIX)
    return at, data[:at] + b"0" * 16 + data[at + 16:]


def write(path, header, data):
    header["__metadata__"].pop("checksum", None)
    header["__metadata__"]["checksum"] = "iarc-crc64:" + "0" * 16
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    whole = struct.pack("<Q", len(text)) + text + data
    at, zeros = digits_of(whole)
    open(path, "wb").write(whole[:at] + b"%016x" % crc64(zeros) + whole[at + 16:])


def verify(path):
    data = open(path, "rb").read()
    at, zeros = digits_of(data)
    if data[at:at + 16] != b"%016x" % crc64(zeros):
        sys.exit(f"checkpoint.py: wrong checksum in {path}")


def check(path):
    verify(path)
    print("the checksum is right")


def edit(source, out, *changes):
    header, data = split(source)
    for change in changes:
        key, value = change.split("=", 1)
        header["__metadata__"].pop(key, None)
        if value:
            header["__metadata__"][key] = value
    write(out, header, data)


def rename(source, out, *changes):
    header, data = split(source)
    names = dict(change.split("=") for change in changes)
    write(out, {names.get(name, name): entry for name, entry in header.items()}, data)


def adopt(source, path):
    header, data = split(path)
    write(path, {"__metadata__": split(source)[0]["__metadata__"], **header}, data)


def state(path):
    header, data = split(path)
    metadata = header["__metadata__"]
    del metadata["checksum"]
    interval = metadata["interval"].split()
    interval[1] = "seconds"
    metadata["interval"] = " ".join(interval)
    return header, data


def same(a, b):
    if state(a) != state(b):
        sys.exit(f"checkpoint.py: {a} and {b} differ:\n{state(a)[0]}\n{state(b)[0]}")


def flip(source, out, byte, bit="0"):
    data = bytearray(open(source, "rb").read())
    data[int(byte)] ^= 1 << int(bit)
    open(out, "wb").write(data)


def without_clock(entry):
    return {k: v for k, v in entry.items() if k not in ("ms_per_step", "tokens_per_second")}


def log_lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.dumps(without_clock(json.loads(line))) for line in file]


def lines(path):
    print("\n".join(log_lines(path)))


def columns(path):
    for row in csv.DictReader(open(path, encoding="utf-8", newline="")):
        print(without_clock(row))


if __name__ == "__main__":
    {"check": check, "adopt": adopt, "edit": edit, "rename": rename, "same": same, "flip": flip, "lines": lines,
     "columns": columns}[sys.argv[1]](*sys.argv[2:])
