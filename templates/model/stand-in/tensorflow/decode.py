import math

import numpy as np

from .types import MAX_BYTES, PARTS, REMEDY, STRING, TYPES


def make_ndarray(tensor):
    """The array in a TensorProto. Listed values that are too few are followed by copies of the last, or by zeros.

    Raises TypeError for a type of numbers that is not known here, ValueError for values that do not go with the shape.
    """
    known = TYPES.get(tensor.dtype)
    if known is None:
        raise TypeError(f"expected a tftensor of numbers, booleans or strings, found data type {tensor.dtype}. {REMEDY}")
    dtype, field = known
    shape = [dim.size for dim in tensor.tensor_shape.dim]
    content = tensor.tensor_content
    if content:
        if tensor.dtype == STRING:
            raise ValueError("expected the strings of a tftensor in string_val, found them in tensor_content")
        # A copy, because what lies in the message cannot be written to.
        return np.frombuffer(content, dtype).copy().reshape(shape)
    if any(size < 0 for size in shape):
        raise ValueError(f"expected a tftensor with a shape of sizes, found {shape}")
    count = math.prod(shape)
    if count * dtype.itemsize > MAX_BYTES:
        raise ValueError(f"expected a tftensor of at most {MAX_BYTES} bytes, found the shape {shape}. {REMEDY}")
    values = read_values(getattr(tensor, field), dtype, field)
    missing = count - len(values)
    if missing < 0:
        raise ValueError(f"expected at most {count} values in a tftensor of shape {shape}, found {len(values)}")
    if missing > 0:
        values = np.concatenate([values, repeat_last(values, missing, dtype)])
    return values.reshape(shape)


def read_values(listed, dtype, field):
    if field == "string_val":
        return np.array(list(listed), dtype)
    part = PARTS.get(field)
    if part is None:
        return np.fromiter(listed, dtype)
    parts = np.fromiter(listed, part)
    # Half of a complex number at the end counts for nothing.
    return parts[: parts.nbytes // dtype.itemsize * dtype.itemsize // part.itemsize].view(dtype)


def repeat_last(values, times, dtype):
    if len(values) > 0:
        return np.repeat(values[-1:], times)
    return np.full(times, "" if dtype.hasobject else 0, dtype)
