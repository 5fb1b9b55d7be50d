"""Error rates of a back end on ECG-ID and Heartprint (persons dealt into folds, each tested with what is learned on the others) and on
the later days of PTB-XL's fold 8 or 9, with 95 % intervals.

    evaluate.py BEATS --parameters ../../../shared/ecg/parameters/NAME.bin   # as it ships
    evaluate.py BEATS --networks a.npz b.npz --ptb 0.3                       # any other back end
"""
import argparse
import random

import numpy as np

from beats import load
from parameters import read
from plda import Space, gaussian, quadratic, slope, student, waveform
from protocols import Rates, later_days, protocols
from ringing import ringing

# DEALINGS is how often the persons are dealt into folds. In one dealing a fifth of the pairs of persons meet; in ten nearly nine of
# ten do, so that who of the few lookalikes meet doesn't decide a threshold.
DEALINGS = 10
NAMES = ("a", "b", "h1", "h", "hR", "hL", "h2R", "h2L")


def pieces(spans, halves=True):
    """Mean beats of recordings and of their halves, with persons and sessions."""
    means, persons, sessions = [], [], []
    for s in spans:
        if not s.whole or s.reason or len(s.beats) < 4:
            continue
        n = len(s.beats)
        for rows in [s.beats] + ([s.beats[:n // 2], s.beats[n // 2:]] if halves and n >= 8 else []):
            means.append(rows.mean(0))
            persons.append(s.person)
            sessions.append(s.session)
    return np.array(means), persons, sessions


def deal(persons, folds, seed):
    persons = sorted(persons)
    random.Random(seed).shuffle(persons)
    return [set(persons[k::folds]) for k in range(folds)]


class Bench:
    """Features of all spans, worked out once."""

    share = 1.0  # of the persons of ECG-ID and Heartprint that the back end may learn from, those that it does

    def __init__(self, folder, features, without=(), ringing=0):
        """ringing: the share of the recordings that the back end learns once more through a recorder's filter, as of a session of their own."""
        self.features, self.ringing = features, ringing
        self.dev = [s for s in load(folder + "/dev") if s.person not in without]
        self.protocols = protocols(self.dev)
        self.dev_x, self.dev_persons, self.dev_sessions = self.prepare(self.dev)
        ptb = [s for s in load(folder + "/ptb") if not s.reason and len(s.beats) >= 4]
        days = {}
        for s in ptb:
            days.setdefault(s.person, set()).add(s.session)
        self.ptb = ptb
        train = [s for s in ptb if 1 <= s.fold <= 7 and len(days[s.person]) > 1]
        self.ptb_x, self.ptb_persons, self.ptb_sessions = self.prepare(train, halves=False)
        spans = [s for s in self.dev if len(s.beats)]
        self.cache = dict(zip(map(id, spans), zip(*[f(np.array([s.mean for s in spans])) for f in features])))

    def prepare(self, spans, halves=True):
        means, persons, sessions = pieces(spans, halves)
        persons, sessions = np.array(persons), np.array(sessions)
        copied = np.random.default_rng(1).random(len(means)) < self.ringing
        means = np.concatenate([means, ringing(means[copied])])
        persons = np.concatenate([persons, persons[copied]])
        sessions = np.concatenate([sessions, np.char.add(sessions[copied], " ringing")])
        return [f(means) for f in self.features], persons, sessions

    def spaces(self, held, o):
        others = sorted(set(self.dev_persons) - held)
        taught = set(random.Random(1).sample(others, round(self.share * len(others))))
        keep = np.array([p in taught for p in self.dev_persons])
        return [Space([(self.dev_x[k][keep], self.dev_persons[keep], self.dev_sessions[keep], 1 - o["ptb"]),
                       (self.ptb_x[k], self.ptb_persons, self.ptb_sessions, o["ptb"])],
                      o["components"], o["dimensions"], o["shrinkage"], o["resize"])
                for k in range(len(self.features))]

    def score(self, spaces, enrolled, counts, probes, o):
        parts = []
        for k, s in enumerate(spaces):
            d, q, half = quadratic(s.between, enrolled[k], counts, probes[k])
            parts.append((d, q, half, len(s.between)))
        if o["degrees"] == 0:
            return gaussian(parts)
        return sum(student([p], o["degrees"]) for p in parts)

    def embed(self, spaces, spans):
        return [s(np.array([self.cache[id(x)][k] for x in spans])) for k, s in enumerate(spaces)]

    def enrol(self, spaces, groups, o):
        vectors, counts = [[] for _ in spaces], []
        flat = [s for g in groups for s in g]
        z, at = self.embed(spaces, flat), 0
        for g in groups:
            w = np.array([len(s.beats) ** 0.5 * (0.1 + s.trust) for s in g])
            for k in range(len(spaces)):
                vectors[k].append(np.average(z[k][at:at + len(g)], axis=0, weights=w))
            sessions = len({s.session for s in g})
            counts.append({"records": len(g), "root": len(g) ** 0.5, "sessions": sessions}[o["count"]])
            at += len(g)
        return [np.array(v) for v in vectors], counts

    def develop(self, o, repeats=DEALINGS, folds=5, names=NAMES):
        rates = {name: Rates() for name in names}
        for seed in range(repeats):
            dealt = [a | b for a, b in zip(*(deal({s.person for s in self.dev if s.person.startswith(d)}, folds, seed) for d in ("ecg-id", "heartprint")))]
            for held in dealt:
                spaces = self.spaces(held, o)
                for name in names:
                    tested = [t for t in self.protocols[name] if t[0] in held]
                    if len(tested) < 2:
                        continue
                    e, counts = self.enrol(spaces, [t[1] for t in tested], o)
                    probes = [(i, s) for i, t in enumerate(tested) for s in t[2]]
                    z = self.embed(spaces, [s for _, s in probes])
                    rates[name].add(self.score(spaces, e, counts, z, o), [i for i, _ in probes], [t[0] for t in tested])
        return {name: r.finish() for name, r in rates.items() if r.genuine}

    def patients(self, o, fold=8, days=1):
        spaces = self.spaces(set(), o)
        tested = later_days([s for s in self.ptb if s.fold == fold], days)
        for _, enrol, probes in tested:
            for s in enrol + probes:
                if id(s) not in self.cache:
                    self.cache[id(s)] = [f(s.mean[None])[0] for f in self.features]
        e, counts = self.enrol(spaces, [t[1] for t in tested], o)
        probes = [(i, s) for i, t in enumerate(tested) for s in t[2]]
        z = self.embed(spaces, [s for _, s in probes])
        r = Rates()
        r.add(self.score(spaces, e, counts, z, o), [i for i, _ in probes], [t[0] for t in tested])
        return r.finish()


# The back end that is shipped; README.md says what else was tried. ptb is the share of PTB-XL in the covariances.
BACKEND = dict(components=80, dimensions=60, shrinkage=0.1, resize=True, degrees=20, count="root", ptb=0.1)


def integers(weight, bits):
    """The weights as integers of so many bits, and a scale for each column, an output."""
    scale = np.maximum(np.abs(weight).max(0) / (2 ** (bits - 1) - 1), 1e-30).astype(np.float32)
    return np.round(weight / scale), scale


def rounded(network, bits):
    """The network with weights of so many bits."""
    def layer(weight, bias):
        whole, scale = integers(weight, bits)
        return (scale * whole).astype(np.float32), bias
    return type(network).of([layer(*l) for l in network.layers], network.kernels, layer(*network.dense))


def table(rates, thresholds=None):
    """Rows of rates with their intervals; thresholds are those named 1 %, 0.1 % and 0.01 %."""
    print("| protocol | persons, genuine trials in all dealings | EER % | FNMR % at FMR 1 % | at 0.1 % | at 0.01 %" + (" | FMR %, FNMR % at the threshold named 1 % | 0.1 % | 0.01 %" if thresholds else "") + " |")
    print("|" + "---|" * (9 if thresholds else 6))
    for name, r in rates.items():
        measures = [Rates.eer] + [lambda r, f=f: r.fnmr(f) for f in (0.01, 0.001, 0.0001)]
        for t in thresholds or []:
            measures += [lambda r, t=t: r.fmr(t), lambda r, t=t: r.refused(t)]
        cells = ["%.1f (%.1f-%.1f)" % v for v in r.intervals(measures[:4])]
        if not name.startswith("PTB"):
            cells[3] = "too few"
        pairs = r.intervals(measures[4:]) if thresholds else []
        cells += ["%.3f (%.3f-%.3f), %.1f (%.1f-%.1f)" % (*a, *b) for a, b in zip(pairs[::2], pairs[1::2])]
        print(f"| {name} | {len(r.number)}, {len(r.genuine)} | " + " | ".join(cells) + " |", flush=True)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("beats")
    p.add_argument("--networks", nargs="*", default=[])
    p.add_argument("--parameters", help="take networks and thresholds from a file of shared/ecg/parameters")
    p.add_argument("--waveform", action="store_true", help="compare waveform and slope, too")
    p.add_argument("--without", nargs="*", default=[], help="persons to leave out, such as heartprint/159")
    p.add_argument("--share", type=float, default=1, help="of the persons of ECG-ID and Heartprint, that the back end is learned from")
    p.add_argument("--dealings", type=int, default=DEALINGS)
    p.add_argument("--fold", type=int, default=8)
    p.add_argument("--bits", type=int, help="of the networks' weights, with a scale for each output channel; heart-4 has 8, heart-3 16 and one scale a layer")
    for key, value in BACKEND.items():
        if isinstance(value, bool):
            p.add_argument("--" + key, type=int, default=int(value))
        else:
            p.add_argument("--" + key, type=type(value), default=value)
    a = vars(p.parse_args())
    networks, thresholds = [], None
    if a["parameters"]:
        networks, named = read(a["parameters"])
        thresholds = named[2:7:2]
    elif a["networks"]:
        from network import Frozen
        networks = [Frozen(path) for path in a["networks"]]
    if a["bits"]:
        networks = [rounded(n, a["bits"]) for n in networks]
    o = {k: a[k] for k in BACKEND}
    bench = Bench(a["beats"], ([waveform, slope] if a["waveform"] or not networks else []) + networks, a["without"])
    bench.share = a["share"]
    table({**bench.develop(o, a["dealings"]), f"PTB-XL fold {a['fold']}": bench.patients(o, a["fold"])}, thresholds)


if __name__ == "__main__":
    main()
