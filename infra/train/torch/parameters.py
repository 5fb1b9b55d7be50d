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

    def layer(self):
        """Weight and bias, and the kernel's width."""
        rows, columns, kernel = self.take("I"), self.take("I"), self.take("I")
        return (self.floats().reshape(rows * kernel, columns), self.floats()), kernel


def read(path):
    """The networks, and the thresholds of backend.RATES."""
    from network import Frozen
    r = Reader(open(path, "rb").read())
    if r.take("7s") != b"heart2\n":
        raise SystemExit(f"{path}: not in the layout of heart-2 and later")
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
