"""A stand-in for TensorFlow, as far as the Seldon wrapper uses it: arrays from `tftensor` messages and back.

What it answers is, bit for bit, what TensorFlow answers; what it does not know it refuses. It is no TensorFlow.
"""

import numpy as np

from .decode import make_ndarray
from .encode import make_tensor_proto

__all__ = ["make_ndarray", "make_tensor_proto"]

# glibc returns large blocks to the system and takes them anew, each page at the cost of a fault, until one as large has
# been freed before. Importing TensorFlow frees some of 1.3 MB (2.9.0) to 1.9 MB (2.18.1). Without the like here, a
# message of 800 kB would cost a millisecond more, in every encoding, than it does where TensorFlow is.
np.empty(1_900_000, np.uint8)


def __getattr__(name):
    raise AttributeError(
        f"expected TensorFlow with {name!r}; this is seldon-bench's stand-in for it, which has nothing but "
        "make_ndarray and make_tensor_proto. Set tensorflow to full for a model that needs more."
    )
