"""Learns the back end on given networks, calibrates it, and writes the parameter file and the test vectors of the Go inference.

    backend.py BEATS FOLDER NETWORK.npz ... [--name heart-4] [--vectors FILE.json]

Thresholds are for every population at once. Each population (Heartprint, ECG-ID, and PTB-XL's fold 8) has its own scores of
impostors; the threshold named f is the highest of the populations' own down to 1 in 1,000, and from there on as much higher as
PTB-XL's, which alone has millions of trials. The table that is printed shows what is let through with each population left out.
"""
import argparse
import hashlib
import json
import struct
import zlib

import numpy as np

from beats import load
from evaluate import BACKEND, Bench, integers, table
from network import Frozen
from parameters import read
from protocols import Rates

RATES = [10 ** (-1 - i / 2) for i in range(9)]
POPULATIONS = {"ecg-id": ("a", "b"), "heartprint": ("h1", "h", "hR", "hL", "h2R", "h2L")}
COUNTED = 30  # trials above a threshold, for it to be counted
TAIL = 0.03  # share of the scores that the tail's exponential is fitted to


def threshold(r, rate):
    """The score that impostors exceed at the rate, on an exponential tail where it can't be counted."""
    if rate * len(r.i) >= COUNTED:
        return r.i[np.searchsorted(r.ci, rate)]
    n = np.searchsorted(r.ci, TAIL)
    start = r.i[n]
    excess = ((r.i[:n] - start) * r.iw[:n]).sum() / r.iw[:n].sum()
    return start + excess * np.log(TAIL / rate)


def pooled(rates):
    """Several protocols of one population, in which each person of each weighs the same, as package trials pools them."""
    out = Rates()
    for r in rates:
        for own, other in (out.genuine, r.genuine), (out.impostor, r.impostor):
            total = sum(len(s) * w for s, w, _ in other)
            own += [(s, w / total * len(r.number), p) for s, w, p in other]
    return out.finish()


def calibrate(populations, tail):
    """Thresholds for RATES, from the populations; below 1 in 1,000 by the tail of one with millions of trials."""
    least = 4  # RATES[4] is 1 in 1,000
    out = [max(threshold(r, f) for r in populations) for f in RATES[:least + 1]]
    out += [out[least] + threshold(tail, f) - threshold(tail, RATES[least]) for f in RATES[least + 1:]]
    return np.maximum.accumulate(out)


class File:
    def __init__(self):
        self.b = bytearray()

    def number(self, n):
        self.b += struct.pack("<I", n)

    def float(self, v):
        self.b += struct.pack("<f", v)

    def text(self, s):
        self.number(len(s.encode()))
        self.b += s.encode()

    def floats(self, x):
        """16-bit integers and one scale. Returns what a reader will see."""
        x = np.asarray(x, np.float64).ravel()
        scale = np.float32(np.abs(x).max() / 32767 if len(x) else 0)
        q = np.round(x / float(scale)).clip(-32767, 32767).astype("<i2") if scale else np.zeros(len(x), "<i2")
        self.number(len(x))
        self.float(scale)
        self.b += q.tobytes()
        return scale * q.astype(np.float32)

    def weights(self, x):
        """8-bit integers and a scale for each column. Returns what a reader will see."""
        whole, scale = integers(x, 8)
        self.number(x.size)
        self.b += scale.astype("<f4").tobytes() + whole.astype(np.int8).tobytes()
        return scale * whole.astype(np.float32)


def layer(f, weight, bias, kernel):
    f.number(weight.shape[0] // kernel)
    f.number(weight.shape[1])
    f.number(kernel)
    return f.weights(weight), f.floats(bias)


def network(f, n):
    """Writes a network, which then is as a reader will see it."""
    f.number(len(n.layers))
    n.layers = [layer(f, w, b, k) for (w, b), k in zip(n.layers, n.kernels)]
    n.dense = layer(f, *n.dense, 1)


def write(name, persons, networks, spaces, degrees, weights, thresholds):
    """The layout of shared/ecg/parameters/file.go, and the networks and spaces as they will be read."""
    f = File()
    f.b += b"heart3\n"
    f.text(name)
    f.number(len(persons))
    for p in persons:
        f.text(p)
    f.float(degrees)
    f.number(len(networks))
    for n in networks:
        network(f, n)
    for s, weight in zip([None, None] + spaces, weights):
        if s is None:  # waveform and slope aren't compared
            f.floats([])
            f.floats([])
        else:
            s.mean, s.between = f.floats(s.mean), f.floats(s.between)
            s.basis = np.array([f.floats(row) for row in s.basis.T]).T
        f.float(weight)
    for t in thresholds:
        f.float(t)
    f.number(zlib.crc32(bytes(f.b)))
    return bytes(f.b)


def vectors(path, name, bench, spaces, thresholds):
    """Mean beats of ECG-ID with their embeddings, and scores of each enrolled against each."""
    chosen, seen = [], set()
    for s in bench.dev:
        key = (s.person, s.session, s.name)
        if s.person.startswith("ecg-id") and s.whole and len(s.beats) >= 6 and key not in seen and len(chosen) < 6:
            seen.add(key)
            chosen.append(s)
    means = np.round(np.array([s.mean for s in chosen]), 6)  # as written
    embedded = [s(f(means)) for s, f in zip(spaces, bench.features)]
    score = bench.score(spaces, embedded, [2] * len(means), embedded, BACKEND)
    json.dump({
        "algorithm": name, "source": "mean beats of ECG-ID (Lugovaya 2005, ODC-BY 1.0)", "count": 2,
        "means": [[round(float(v), 6) for v in m] for m in means],
        "embeddings": [[float("%.8g" % v) for v in row] for row in np.concatenate(embedded, 1)],
        "scores": [[float("%.8g" % v) for v in row] for row in score],
    }, open(path, "w"))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("beats")
    p.add_argument("folder")
    p.add_argument("networks", nargs="+", help="of network.py, or one file of shared/ecg/parameters whose networks are taken")
    p.add_argument("--name", default="heart-4")
    p.add_argument("--vectors")
    p.add_argument("--ringing", type=float, default=0, help="share of the recordings that are learned from once more through a recorder's filter")
    a = p.parse_args()
    networks = read(a.networks[0])[0] if a.networks[0].endswith(".bin") else [Frozen(path) for path in a.networks]
    for n in networks:  # so that the back end is learned on the values of the rounded weights
        network(File(), n)
    bench = Bench(a.beats, networks, ringing=a.ringing)
    developed = bench.develop(BACKEND)
    populations = {name: pooled([developed[p] for p in own if p in developed]) for name, own in POPULATIONS.items()}
    populations["ptb-xl"] = bench.patients(BACKEND, 8)
    fresh = bench.patients(BACKEND, 9)
    thresholds = calibrate(populations.values(), populations["ptb-xl"])
    print("left out: rate named 0.01, 0.001, 0.0001 -> rate let through, %")
    for out, r in {**populations, "ptb-xl fold 9": fresh}.items():
        rest = [other for name, other in populations.items() if not out.startswith(name)]
        # Without PTB-XL there is nothing to count below 1 in 1,000.
        t = calibrate(rest, populations["ptb-xl"] if not out.startswith("ptb-xl") else pooled(rest))
        print(f"  {out}: " + "  ".join("%.4f" % (100 * r.fmr(t[i])) for i in (2, 4, 6)))
    spaces = bench.spaces(set(), BACKEND)
    persons = sorted({s.person for s in bench.dev})
    weights = [0, 0] + [1] * len(networks)
    common = (persons, networks, spaces, BACKEND["degrees"], weights, thresholds)
    name = a.name + "-" + hashlib.sha256(write("", *common)).hexdigest()[:8]
    file = write(name, *common)
    open(f"{a.folder}/{name}.bin", "wb").write(file)
    print(f"{name}: {len(file)} bytes")
    if a.vectors:
        vectors(a.vectors, name, bench, spaces, thresholds)
    table({**developed, "PTB-XL fold 8": populations["ptb-xl"], "PTB-XL fold 9": fresh}, list(thresholds[2:7:2]))


if __name__ == "__main__":
    main()
