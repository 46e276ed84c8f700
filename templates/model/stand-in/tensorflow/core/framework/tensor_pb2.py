import sys

from seldon_core.proto.tensorflow.core.framework import tensor_pb2

# The wrapper brings the messages, and takes TensorFlow's instead where it finds one. This one says: take your own.
sys.modules[__name__] = tensor_pb2
