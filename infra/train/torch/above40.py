"""What the band above 40 Hz adds, which the front end removes: the mean beat of 40 to 100 Hz around the R peak, compared by a PLDA of its own and
together with what ships, on ECG-ID and Heartprint.

    go run ./infra/train/raw RAW
    above40.py BEATS ../../../shared/ecg/parameters/NAME.bin RAW
"""
import argparse
import csv

import numpy as np

from backend import POPULATIONS, pooled, threshold
from evaluate import BACKEND, DEALINGS, NAMES, Bench, deal
from parameters import read
from plda import Space, quadratic, student
from protocols import Rates

RATE = 1000  # Hz, of the band's signal
OFFSETS = np.arange(-60, 61, 2)  # ms from the R peak
MAINS = (50, 60, 100)
PRIOR = np.log(0.001 / 0.999)
SHOWN = ("a", "b", "h1", "h", "hR", "h2R")


def raw(stem):
    """(person, session, name): sampling rate, samples, R peaks in seconds."""
    x, at, out = np.fromfile(stem + ".f32", np.float32), 0, {}
    with open(stem + ".csv") as lines:
        for r in csv.DictReader(lines):
            n = int(r["samples"])
            out[r["person"], r["session"], r["name"]] = float(r["rate"]), x[at:at + n].astype(float), np.array([float(v) for v in r["peaks"].split()])
            at += n
    return out


def between(x, rate, low, high):
    """The band of x at RATE, its edges 4 Hz wide, without the mains."""
    pad = int(rate)
    x = np.pad(x - x.mean(), pad, mode="reflect")
    spectrum, hz = np.fft.rfft(x), np.fft.rfftfreq(len(x), 1 / rate)
    rise = lambda f: 0.5 - 0.5 * np.cos(np.pi * np.clip((hz - f) / 4 + 0.5, 0, 1))
    spectrum *= rise(low) * (1 - rise(high))
    for f in MAINS:
        spectrum[abs(hz - f) < 1.5] = 0
    up = int(RATE / rate)
    return np.fft.irfft(spectrum, len(x) * up)[pad * up:-pad * up] * up


def mean_beats(spans, stem, low, high):
    """By id of span: the mean beat of the band, or none of fewer than three beats, and the ratio of its power to what is left in one beat."""
    recordings, done, out = raw(stem), {}, {}
    for s in spans:
        key = s.person, s.session, s.name
        if key not in done:
            rate, x, peaks = recordings[key]
            y, upright = between(x, rate, low, high), between(x, rate, 5, 40)
            at = np.clip((peaks * RATE).astype(int), 0, len(upright) - 1)
            done[key] = y * np.sign(np.median(upright[at])), peaks
        y, peaks = done[key]
        t = peaks[(peaks >= s.start_s) & (peaks < s.end_s), None] * RATE + OFFSETS
        t = t[(t[:, 0] > 1) & (t[:, -1] < len(y) - 2)]
        if len(t) < 3:
            out[id(s)] = None, 0
            continue
        i = t.astype(int)
        beats = y[i] * (1 - t + i) + y[i + 1] * (t - i)
        height = np.sqrt((beats ** 2).mean(1))
        beats = beats[height < 3 * np.median(height)]
        m = beats.mean(0)
        out[id(s)] = m / np.sqrt((m ** 2).mean() + 1e-12), (m ** 2).mean() / ((beats - m).var(0).mean() + 1e-12)
    return out


def weight(folds):
    """Of the second score beside the first, by logistic regression, genuine and impostor trials weighing the same but for PRIOR."""
    x, y = np.concatenate([f[0] for f in folds]), np.concatenate([f[1] for f in folds])
    w, x = np.where(y, 0.5 / y.sum(), 0.5 / (~y).sum()), np.c_[x / 50, np.ones(len(x))]
    a = np.array([1.0, 0.1, 0.0])
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(x @ a + PRIOR, -50, 50)))
        step = np.linalg.solve((x * (w * p * (1 - p))[:, None]).T @ x + 1e-7 * np.eye(3), x.T @ (w * (y - p)))
        a += step * min(1, 0.5 / np.abs(step).max())
    return a[1] / a[0]


class Trials:
    """Of every dealing's folds and protocols, the scores of what ships and of the band."""

    def __init__(self, bench, beats):
        self.rows, m = [], np.mean([v for v, _ in beats.values() if v is not None], 0)
        value = lambda s: m if beats[id(s)][0] is None else beats[id(s)][0]
        learned = [s for s in bench.dev if s.whole and not s.reason and len(s.beats) >= 4 and beats[id(s)][0] is not None]
        x = np.array([value(s) for s in learned])
        persons, sessions = (np.array([getattr(s, k) for s in learned]) for k in ("person", "session"))
        for seed in range(DEALINGS):
            dealt = [a | b for a, b in zip(*(deal({s.person for s in bench.dev if s.person.startswith(d)}, 5, seed) for d in ("ecg-id", "heartprint")))]
            for fold, held in enumerate(dealt):
                spaces = bench.spaces(held, BACKEND)
                keep = np.array([p not in held for p in persons])
                space = Space([(x[keep], persons[keep], sessions[keep], 1)], 40, 30, 0.1)
                for name in NAMES:
                    tested = [t for t in bench.protocols[name] if t[0] in held]
                    if len(tested) < 2:
                        continue
                    probes = [s for t in tested for s in t[2]]
                    e, counts = bench.enrol(spaces, [t[1] for t in tested], BACKEND)
                    first = bench.score(spaces, e, counts, bench.embed(spaces, probes), BACKEND)
                    e = [np.average(space(np.array([value(s) for s in t[1]])), axis=0, weights=[len(s.beats) ** 0.5 * (0.1 + s.trust) for s in t[1]]) for t in tested]
                    d, q, half = quadratic(space.between, np.array(e), counts, space(np.array([value(s) for s in probes])))
                    self.rows.append((seed, fold, name, [t[0] for t in tested], [i for i, t in enumerate(tested) for _ in t[2]], first, student([(d, q, half, len(space.between))], BACKEND["degrees"])))
        self.learned()

    def learned(self):
        """The band's weight for each fold, from the other folds of its dealing."""
        pairs = {}
        for seed, fold, _, _, owner, first, second in self.rows:
            own = np.zeros(first.shape, bool)
            own[owner, np.arange(len(owner))] = True
            pairs.setdefault((seed, fold), []).append((np.stack([first.ravel(), second.ravel()], 1), own.ravel()))
        self.weights = {k: weight([f for other, v in pairs.items() if other[0] == k[0] and other != k for f in v]) for k in pairs}

    def rates(self, fused):
        out = {}
        for seed, fold, name, persons, owner, first, second in self.rows:
            out.setdefault(name, Rates()).add(fused(first, second, self.weights[seed, fold]), owner, persons)
        return {name: r.finish() for name, r in out.items()}


def calibrated(rates):
    return rates, [pooled([rates[p] for p in own]) for own in POPULATIONS.values()]


def row(label, rates, own):
    t = max(threshold(r, 0.001) for r in own)
    print(f"| {label} | " + " | ".join([rates[n].line() for n in SHOWN] + ["%.1f" % (100 * rates[n].refused(t)) for n in SHOWN]) + " |", flush=True)


def gained(before, after, drawings=100):
    """Points of refusals at the threshold named 1 in 1,000 that are gained, with their interval by bootstrap over persons, thresholds learned anew."""
    persons = sorted({p for r in before[1] for p in r.number})
    rng, values = np.random.default_rng(1), []
    for _ in range(drawings):
        times = {}
        for database in POPULATIONS:
            own = [p for p in persons if p.startswith(database)]
            times.update(zip(own, np.bincount(rng.integers(0, len(own), len(own)), minlength=len(own))))
        drawn = lambda r: r.drawn(np.array([times[p] for p in sorted(r.number, key=r.number.get)]))
        refused = []
        for rates, own in before, after:
            t = max(threshold(drawn(r), 0.001) for r in own)
            refused.append([100 * drawn(rates[n]).refused(t) for n in SHOWN])
        values.append(np.subtract(*refused))
    values = np.array(values)
    print("gained: " + ", ".join("%s %.1f (%.1f to %.1f)" % (n, v.mean(), *np.quantile(v, (0.025, 0.975))) for n, v in zip(SHOWN + ("h, hR, h2R",), np.c_[values, values[:, 3:].mean(1)].T)))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("beats")
    p.add_argument("parameters")
    p.add_argument("raw")
    p.add_argument("--low", type=float, default=40)
    p.add_argument("--high", type=float, default=100)
    a = p.parse_args()
    bench = Bench(a.beats, read(a.parameters)[0])
    beats = mean_beats(bench.dev, a.raw, a.low, a.high)
    for database in POPULATIONS:
        print(database, "power of the mean beat to what is left in one beat, median of recordings: %.1f" % np.median([beats[id(s)][1] for s in bench.dev if s.whole and s.person.startswith(database)]))
    trials = Trials(bench, beats)
    shipped, fused = calibrated(trials.rates(lambda f, s, w: f)), calibrated(trials.rates(lambda f, s, w: f + w * s))
    row("as it ships", *shipped)
    row("the band alone", *calibrated(trials.rates(lambda f, s, w: s)))
    row("together, weight %.2f (%.2f to %.2f) by logistic regression" % tuple(np.quantile(list(trials.weights.values()), (0.5, 0, 1))), *fused)
    gained(shipped, fused)
    for w in 0.25, 0.5:
        row(f"together, weight {w}", *calibrated(trials.rates(lambda f, s, _: f + w * s)))


if __name__ == "__main__":
    main()
