"""Reads the networks and the thresholds of a file of shared/ecg/parameters, so that what ships can be measured without training it."""
import struct

import numpy as np


class Reader:
    def __init__(self, b):
        self.b, self.at = b, 0

    def take(self, layout):
        value, = struct.unpack_from("<" + layout, self.b, self.at)
        self.at += struct.calcsize("<" + layout)
        return value

    def text(self):
        n = self.take("I")
        return self.take(f"{n}s").decode()

    def floats(self):
        n, scale = self.take("I"), self.take("f")
        q = np.frombuffer(self.b, "<i2", n, self.at)
        self.at += 2 * n
        return np.float32(scale) * q.astype(np.float32)

    def weights(self, columns):
        if not self.bytes:
            return self.floats().reshape(-1, columns)
        n = self.take("I")
        scale = np.frombuffer(self.b, "<f4", columns, self.at)
        q = np.frombuffer(self.b, np.int8, n, self.at + scale.nbytes)
        self.at += scale.nbytes + n
        return scale * q.reshape(-1, columns).astype(np.float32)

    def layer(self):
        """Weight and bias, and the kernel's width."""
        _, columns, kernel = self.take("I"), self.take("I"), self.take("I")
        return (self.weights(columns), self.floats()), kernel


def read(path):
    """The networks, and the thresholds of backend.RATES."""
    from network import Frozen
    r = Reader(open(path, "rb").read())
    layout = r.take("7s")
    if layout not in (b"heart2\n", b"heart3\n"):
        raise SystemExit(f"{path}: not in the layout of heart-2 and later")
    r.bytes = layout == b"heart3\n"  # of which weights are made
    r.text()
    for _ in range(r.take("I")):
        r.text()
    r.take("f")
    networks = []
    for _ in range(r.take("I")):
        layers = [r.layer() for _ in range(r.take("I"))]
        dense, _ = r.layer()
        networks.append(Frozen.of([l for l, _ in layers], [k for _, k in layers], dense))
    return networks, np.frombuffer(r.b[-40:-4], "<f4").tolist()
