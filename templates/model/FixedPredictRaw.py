from seldon_core.proto.prediction_pb2 import SeldonMessage


class FixedPredictRaw:
    """Answers [1] without looking at the numbers: for `predict_raw` the wrapper decodes nothing, and neither does it.

    A REST request arrives as what its JSON holds, a gRPC request as a SeldonMessage, and each is answered in kind.
    """

    def __init__(self, iterations=1):
        self.iterations = int(iterations)
        # Built once, since building it is no part of serving. The wrapper only reads and serialises it.
        self.message = SeldonMessage()
        self.message.data.ndarray.append(1)

    def predict_raw(self, request):
        # Stands for the model's own computing.
        for _ in range(self.iterations):
            pass
        return self.message if isinstance(request, SeldonMessage) else [1]
