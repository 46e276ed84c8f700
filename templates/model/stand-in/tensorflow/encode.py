import numpy as np

from .types import MAX_BYTES, PARTS, REMEDY, STRING, TYPES

NUMBERS = {dtype: number for number, (dtype, _) in TYPES.items()}
# Of these, more than one value is written as the bytes of all; of the others, values are listed.
AS_BYTES = frozenset(
    np.dtype(name) for name in "float16 float32 float64 int8 int16 int32 int64 uint8 uint32 uint64".split()
)


def make_tensor_proto(values, *others, **named):
    """The TensorProto of a numpy array. Raises TypeError for anything else and for types of numbers that are not known
    here, ValueError for more than a message can hold."""
    # Imported late: the wrapper imports this package on its way to importing what that module stands for.
    from .core.framework.tensor_pb2 import TensorProto

    if type(values) is not np.ndarray or others or named:
        raise TypeError(f"expected one numpy array and no further arguments, found {type(values).__name__}. {REMEDY}")
    dtype = values.dtype
    number = STRING if dtype.kind in "SU" else NUMBERS.get(dtype)
    if number is None:
        raise TypeError(f"expected numbers, booleans or strings, found an array of {dtype.str}. {REMEDY}")
    as_bytes = values.size > 1 and dtype in AS_BYTES
    message = TensorProto(dtype=number)
    # A single number has a shape too, which is empty.
    message.tensor_shape.SetInParent()
    for size in values.shape:
        message.tensor_shape.dim.add(size=size)
    if as_bytes:
        if values.nbytes > MAX_BYTES:
            raise ValueError(f"expected an array of at most {MAX_BYTES} bytes, found {values.nbytes}")
        message.tensor_content = values.tobytes()
    else:
        field = TYPES[number][1]
        getattr(message, field).extend(list_values(values.ravel(), field))
    return message


def list_values(values, field):
    if field == "string_val":
        return [to_bytes(value) for value in values]
    part = PARTS.get(field)
    return (values if part is None else values.view(part)).tolist()


def to_bytes(value):
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    raise TypeError(f"expected strings, found {type(value).__name__} among them")
