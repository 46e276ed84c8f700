import numpy as np

# By their numbers in tensorflow.DataType: what numpy calls them, and the field that lists their values.
TYPES = {
    1: (np.dtype(np.float32), "float_val"),
    2: (np.dtype(np.float64), "double_val"),
    3: (np.dtype(np.int32), "int_val"),
    4: (np.dtype(np.uint8), "int_val"),
    5: (np.dtype(np.int16), "int_val"),
    6: (np.dtype(np.int8), "int_val"),
    7: (np.dtype(object), "string_val"),
    8: (np.dtype(np.complex64), "scomplex_val"),
    9: (np.dtype(np.int64), "int64_val"),
    10: (np.dtype(bool), "bool_val"),
    17: (np.dtype(np.uint16), "int_val"),
    18: (np.dtype(np.complex128), "dcomplex_val"),
    19: (np.dtype(np.float16), "half_val"),
    22: (np.dtype(np.uint32), "uint32_val"),
    23: (np.dtype(np.uint64), "uint64_val"),
}
STRING = 7

# What numpy calls the numbers that some fields are made of, where that is not what it calls the values:
# the bits of a half, and the two parts of a complex number one after the other.
PARTS = {
    "half_val": np.dtype(np.uint16),
    "scomplex_val": np.dtype(np.float32),
    "dcomplex_val": np.dtype(np.float64),
}

# The most that a protobuf message holds. A few bytes may claim to stand for more.
MAX_BYTES = 2**31 - 1

REMEDY = "Set tensorflow to full for what seldon-bench's stand-in for TensorFlow does not do."
