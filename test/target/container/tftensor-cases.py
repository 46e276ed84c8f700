"""Tells what the wrapper makes of many arrays and messages, one line of JSON each: [name, kind, outcome].

Run once with TensorFlow and once with the stand-in's folder as the first argument; the second is a seed. Both runs see
the same cases, because they come from the same random numbers. `kind` is `known` where the stand-in has to answer
whatever TensorFlow answers, else `other` (types) or `odd` (sizes).
"""

import json
import random
import resource
import sys
import warnings

import numpy as np

if sys.argv[1]:
    sys.path.insert(0, sys.argv[1])

from google.protobuf.json_format import MessageToDict
from seldon_core import utils
from seldon_core.proto.prediction_pb2 import DefaultData
from tensorflow.core.framework.tensor_pb2 import TensorProto

warnings.simplefilter("ignore")
# Some messages claim to be larger than any memory: nobody is to look for it.
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2**30, used + 2**30))
chance = random.Random(int(sys.argv[2]))

NUMBERS = "float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 complex64 complex128 bool".split()
SAME = ["longlong", "ulonglong", "intc", "uintc", "byte", "<i8"]
OTHERS = ["longdouble", "clongdouble", "datetime64[s]", "timedelta64[s]", ">i8", ">f4", ">c8", "V3", "i4,f8"]
FIELDS = {
    1: "float_val", 2: "double_val", 3: "int_val", 4: "int_val", 5: "int_val", 6: "int_val", 7: "string_val",
    8: "scomplex_val", 9: "int64_val", 10: "bool_val", 17: "int_val", 18: "dcomplex_val", 19: "half_val",
    22: "uint32_val", 23: "uint64_val",
}
WIDTHS = {1: 4, 2: 8, 3: 4, 4: 1, 5: 2, 6: 1, 7: 8, 8: 8, 9: 8, 10: 1, 17: 2, 18: 16, 19: 2, 22: 4, 23: 8}
# The rest of tensorflow.DataType, what lies beside it, and references (from 101), which are never sent.
OTHER_TYPES = [0, 11, 12, 13, 14, 15, 16, 20, 21, 24, 25, 26, 27, 28, 29, 30, 31, 99, 101, 109, 2**31 - 1, -1]
RANGES = {
    "int_val": (-(2**31), 2**31 - 1), "half_val": (0, 65535), "int64_val": (-(2**63), 2**63 - 1),
    "uint32_val": (0, 2**32 - 1), "uint64_val": (0, 2**64 - 1), "bool_val": (0, 1),
}


def tell(name, kind, make):
    try:
        outcome = make()
    except Exception as error:
        outcome = ["refused", type(error).__name__, str(error)[:300]]
    print(json.dumps([name, kind, outcome]))


def show(array):
    content = [repr(x) for x in array.ravel().tolist()] if array.dtype.hasobject else array.tobytes().hex()
    return ["array", array.dtype.str, list(array.shape), content, array.flags.writeable, array.flags.c_contiguous]


def write(array):
    message = utils.array_to_grpc_datadef("tftensor", array).tftensor
    rest = utils.array_to_rest_datadef("tftensor", array)["tftensor"]
    back = message.SerializeToString()
    return ["message", back.hex(), rest, show(utils.grpc_datadef_to_array(DefaultData(tftensor=TensorProto.FromString(back))))]


def draw_array(dtype, shape):
    size = int(np.prod(shape))
    if dtype == "bool":
        return np.array([chance.random() < 0.5 for _ in range(size)], bool).reshape(shape)
    dtype = np.dtype(dtype)
    # Any bits: not-a-number with a payload, the smallest numbers, minus nought.
    return np.frombuffer(chance.randbytes(size * dtype.itemsize), dtype).reshape(shape)


def tell_arrays():
    for dtype in NUMBERS + SAME + OTHERS:
        kind = "other" if dtype in OTHERS else "known"
        for shape in [(), (0,), (1,), (2,), (7,), (3, 4), (1, 1, 1), (0, 3), (2, 0), (2, 1, 3)]:
            array = draw_array(dtype, shape)
            tell(f"write {dtype} {shape}", kind, lambda: write(array))
            if array.size > 1:
                turned = np.asfortranarray(array) if array.ndim > 1 else array[::-2]
                tell(f"write {dtype} {shape} in another order", kind, lambda: write(turned))
    texts = [["a", "", "ü", "\0"], [b"a", b"\xff\0", b""], ["a"], [], [["a", "b"], ["c", "d"]]]
    for text in texts:
        tell(f"write text {text!r}", "known", lambda: write(np.array(text) if text else np.array(text, "U1")))
        tell(f"write objects {text!r}", "known", lambda: write(np.array(text, object)))
    for text in [["a", 1], [None], [b"a", "b", bytearray(b"c")], ["\ud800"], [1, 2], [[1], [2, 3]]]:
        tell(f"write objects {text!r}", "known", lambda: write(np.array(text, object)))


def draw_values(field, count):
    if field == "string_val":
        return [chance.randbytes(chance.randrange(4)) for _ in range(count)]
    if field not in RANGES:
        some = [0.0, -0.0, 1.5, float("inf"), float("nan"), 1e-45, 3e38]
        return [chance.choice(some) for _ in range(count)]
    low, high = RANGES[field]
    return [chance.choice([low, high, 0, 1 if low == 0 else -1, chance.randint(low, high)]) for _ in range(count)]


def draw_shape():
    kind = chance.random()
    if kind < 0.6:
        return [chance.randrange(4) for _ in range(chance.randrange(4))]
    if kind < 0.8:
        return [chance.randrange(1, 4), chance.choice([-1, -2, -(2**63)])][chance.randrange(2) :]
    # More than there is memory for, and products that come to little again in 64 bits.
    return chance.choice([[2**40], [2**63 - 1], [2**32, 2**32], [0, 2**62], [2**62, 2, 2], [2**62, 4, 0], [3, 6148914691236517205]])


def read(message):
    return show(utils.grpc_datadef_to_array(DefaultData(tftensor=message)))


def tell_messages(times):
    for i in range(times):
        known = chance.random() < 0.85
        number = chance.choice(list(FIELDS)) if known else chance.choice(OTHER_TYPES)
        shape = draw_shape()
        size = 1
        for one in shape:
            size *= one
        message = TensorProto(dtype=number)
        for one in shape:
            message.tensor_shape.dim.add(size=one)
        message.tensor_shape.unknown_rank = chance.random() < 0.05
        field = FIELDS.get(number, "int_val")
        if chance.random() < 0.1:
            field = chance.choice(list(FIELDS.values()))
        fits = size if 0 <= size < 100 else chance.randrange(3)
        count = max(0, fits + chance.choice([0, 0, 0, 1, -1, -size if abs(size) < 100 else 0]))
        if chance.random() < 0.4:
            width = WIDTHS.get(number, 1)
            message.tensor_content = chance.randbytes(max(0, count * width + chance.choice([0, 0, 0, 0, 1])))
        else:
            parts = 2 if "complex" in field else 1
            half = chance.choice([0, 0, 1]) if parts == 2 else 0
            getattr(message, field).extend(draw_values(field, count * parts + half))
        told = message.SerializeToString().hex()
        # TensorFlow makes what it can of sizes that are none or more than a message holds; the stand-in need not.
        odd = any(one < 0 for one in shape) or size * WIDTHS.get(number, 1) > 2**31 - 1
        kind = "odd" if odd else "known" if known else "other"
        tell(f"read {i} {told}", kind, lambda: read(message))


def tell_requests():
    shape = {"dim": [{"size": "2"}]}
    for i, tensor in enumerate([
        {"dtype": "DT_INT64", "tensorShape": shape, "int64Val": ["1", "-9223372036854775808"]},
        {"dtype": 9, "tensorShape": shape, "tensorContent": "AQAAAAAAAAACAAAAAAAAAA=="},
        {"dtype": "DT_HALF", "tensorShape": shape, "halfVal": [15360]},
        {"dtype": "DT_FLOAT", "tensorShape": shape, "floatVal": ["NaN", "-Infinity"]},
        {"dtype": "DT_STRING", "tensorShape": shape, "stringVal": ["YQ==", "/w=="]},
        {"dtype": "DT_COMPLEX64", "tensorShape": shape, "scomplexVal": [1, 2, 3, 4]},
        {"dtype": "DT_UINT64", "tensorShape": shape, "uint64Val": ["18446744073709551615", "0"]},
        {"dtype": "DT_BOOL", "tensorShape": shape},
        {"tensorShape": shape}, {"dtype": "DT_NONE"}, {"dtype": "DT_INT64", "int64Val": ["x"]}, {"unheard": 1}, {}, 5,
    ]):  # fmt: skip
        tell(f"request {i}", "known", lambda: show(utils.extract_request_parts_json({"data": {"tftensor": tensor}})[0]))
        tell(
            f"message {i}",
            "known",
            lambda: MessageToDict(utils.json_to_seldon_message({"data": {"tftensor": tensor}})),
        )


tell_arrays()
tell_messages(4000)
tell_requests()
