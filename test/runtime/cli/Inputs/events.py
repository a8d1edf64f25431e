"""events.py [--protobuf] FOLDER: prints the figures in a folder of event files, in order, the clock apart.

The records are read by a few lines of Python, their contents by those or, with --protobuf, by Debian's
python3-protobuf from the definition of TensorFlow's messages.
"""
import os
import struct
import sys


def crc32c(data):
    value = 2**32 - 1
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
    return value ^ (2**32 - 1)


def check(data, masked):
    value = crc32c(data)
    if (((value >> 15) | (value << 17)) + 0xA282EAD8) % 2**32 != masked:
        sys.exit("events.py: a wrong check")


def records(path):
    data = open(path, "rb").read()
    while data:
        length, masked = struct.unpack("<QI", data[:12])
        check(data[:8], masked)
        content = data[12:12 + length]
        check(content, *struct.unpack("<I", data[12 + length:16 + length]))
        yield content
        data = data[16 + length:]


def fields(data):
    """(number, value) of a message."""
    def varint():
        nonlocal data
        value = shift = 0
        while True:
            byte, data = data[0], data[1:]
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
    while data:
        key = varint()
        if key % 8 == 0:
            yield key // 8, varint()
        else:
            length = {1: 8, 5: 4}[key % 8] if key % 8 != 2 else varint()
            value, data = data[:length], data[length:]
            yield key // 8, value


def by_hand(content):
    """(step, version, restart, [(tag, value)])"""
    step, version, restart, values = 0, "", False, []
    for number, value in fields(content):
        if number == 2:
            step = value
        elif number == 3:
            version = value.decode()
        elif number == 7:
            restart = dict(fields(value)) == {1: 1}
        elif number == 5:
            for _, entry in fields(value):
                entry = dict(fields(entry))
                values.append((entry[1].decode(), struct.unpack("<f", entry[2])[0]))
    return step, version, restart, values


def protobuf_reader():
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
    F = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="event.proto", package="t", syntax="proto3")

    def message(name, *entries):
        type = file.message_type.add(name=name)
        for field, number, kind, of in entries:
            type.field.add(name=field, number=number, type=kind, type_name=of and ".t." + of,
                           label=F.LABEL_REPEATED if field == "value" else F.LABEL_OPTIONAL)
    message("Value", ("tag", 1, F.TYPE_STRING, None), ("simple_value", 2, F.TYPE_FLOAT, None))
    message("Summary", ("value", 1, F.TYPE_MESSAGE, "Value"))
    message("SessionLog", ("status", 1, F.TYPE_INT32, None))
    message("Event", ("wall_time", 1, F.TYPE_DOUBLE, None), ("step", 2, F.TYPE_INT64, None),
            ("file_version", 3, F.TYPE_STRING, None), ("summary", 5, F.TYPE_MESSAGE, "Summary"),
            ("session_log", 7, F.TYPE_MESSAGE, "SessionLog"))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    Event = message_factory.MessageFactory(pool).GetPrototype(
        pool.FindMessageTypeByName("t.Event"))

    def read(content):
        event = Event.FromString(content)
        if event.SerializeToString() != content or event.wall_time < 1e9:
            sys.exit("events.py: not the bytes of the protocol buffer")
        return (event.step, event.file_version, event.session_log.status == 1,
                [(value.tag, value.simple_value) for value in event.summary.value])
    return read


def figures(folder, read=by_hand):
    """[(step, tag, value)] of all files, what the clock tells apart; a step never comes twice."""
    found, last = [], 0
    for name in sorted(os.listdir(folder)):
        for number, content in enumerate(records(os.path.join(folder, name))):
            step, version, restart, values = read(content)
            if (number == 0) != (version == "brain.Event:2"):
                sys.exit(f"events.py: record {number} of {name} has version '{version}'")
            if restart and step <= last:
                sys.exit(f"events.py: goes on at {step} after {last}")
            if values:
                if step <= last:
                    sys.exit(f"events.py: step {step} after {last}")
                last = step
                found += [(step, tag, value) for tag, value in values if not tag.startswith("speed/")]
    return found


if __name__ == "__main__":
    reader = protobuf_reader() if sys.argv[1] == "--protobuf" else by_hand
    for step, tag, value in figures(sys.argv[-1], reader):
        print(step, tag, f"{value:.6g}")
