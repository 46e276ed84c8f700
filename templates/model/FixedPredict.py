import numpy as np


class FixedPredict:
    """Answers [1], whatever it is asked: what a request costs is then the wrapper's work, not the model's.

    `predict` takes no `meta` argument, like the model whose figures are re-examined here. The wrapper offers `meta`
    first, meets a TypeError and calls again without it, on every request: that double call is part of the result.
    """

    def __init__(self, iterations=1):
        self.iterations = int(iterations)

    def predict(self, X, features_names):
        # Stands for the model's own computing.
        for _ in range(self.iterations):
            pass
        return np.array([1])
