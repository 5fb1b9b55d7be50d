"""The log's rows: EER / FNMR at FMR 1 % / at 0.1 %, folds dealt twice, and of PTB-XL's fold 8 also at 0.01 %. The last column means FNMR over
h, hR and h2R at FMR 1 % and at 0.1 %, and over 1 %, 0.1 % and 0.01 % of fold 8. Under the rows, how far each row's means are from the first
one's, with 95 % intervals by bootstrap over persons, the same ones drawn for both.
With --thresholds also what is refused of h, hR, h2R and fold 8 at the threshold named 1 in 1,000, learned as backend.py learns it and kept
when persons are drawn anew.

    trials.py BEATS a.npz b.npz a.npz,b.npz   # a row for each network or, with commas, for several together
"""
import argparse

import numpy as np
import torch

import evaluate
from backend import POPULATIONS, calibrate, pooled
from evaluate import BACKEND, Bench
from network import Frozen

NAMES = ("a", "b", "h1", "h", "hR", "h2R")


class Part(Bench):
    """A bench of some of another one's networks."""

    def __init__(self, bench, which):
        self.__dict__.update(bench.__dict__)
        pick = lambda values: [values[k] for k in which]
        self.features, self.dev_x, self.ptb_x = map(pick, (bench.features, bench.dev_x, bench.ptb_x))
        self.cache = {key: pick(values) for key, values in bench.cache.items()}


def means(rates, threshold):
    fingers = [np.mean([rates[n].fnmr(f) for n in ("h", "hR", "h2R")]) for f in (0.01, 0.001)]
    patients = np.mean([rates["PTB-XL"].fnmr(f) for f in (0.01, 0.001, 0.0001)])
    refused = [rates[n].refused(threshold) for n in ("h", "hR", "h2R", "PTB-XL")] if threshold else []
    return 100 * np.array(fingers + [patients] + refused)


def drawn(rates, threshold, drawings):
    """Means with persons drawn anew; who is drawn depends on the persons alone."""
    persons, rng, out = sorted({p for r in rates.values() for p in r.number}), np.random.default_rng(1), []
    for _ in range(drawings):
        times = dict(zip(persons, np.bincount(rng.integers(0, len(persons), len(persons)), minlength=len(persons))))
        out.append(means({n: r.drawn(np.array([times[p] for p in r.number])) for n, r in rates.items()}, threshold))
    return out


def main():
    p = argparse.ArgumentParser()
    p.add_argument("beats")
    p.add_argument("rows", nargs="+", help="networks' files, separated by commas")
    p.add_argument("--dealings", type=int, default=2)
    p.add_argument("--drawings", type=int, default=0, help="of persons, for the intervals")
    p.add_argument("--thresholds", action="store_true")
    p.add_argument("--ptb", type=float, default=BACKEND["ptb"], help="share of PTB-XL in the covariances")
    o = p.parse_args()
    torch.set_num_threads(1)
    paths = sorted({path for row in o.rows for path in row.split(",")})
    bench, setting = Bench(o.beats, [Frozen(path) for path in paths]), {**BACKEND, "ptb": o.ptb}
    print("| networks | " + " | ".join(NAMES) + " | PTB-XL fold 8 | means |\n|" + "---|" * (len(NAMES) + 3))
    found = []
    for row in o.rows:
        part = Part(bench, [paths.index(path) for path in row.split(",")])
        rates = {**part.develop(setting, o.dealings, names=evaluate.NAMES if o.thresholds else NAMES), "PTB-XL": part.patients(setting)}
        threshold = None
        if o.thresholds:
            threshold = calibrate([pooled([rates[p] for p in own]) for own in POPULATIONS.values()] + [rates["PTB-XL"]], rates["PTB-XL"])[4]
        found.append([means(rates, threshold)] + drawn(rates, threshold, o.drawings))
        cells = [rates[n].line() for n in NAMES] + [rates["PTB-XL"].line((0.01, 0.001, 0.0001)), ", ".join("%.1f" % m for m in found[-1][0])]
        print(f"| {row} | " + " | ".join(cells) + " |", flush=True)
    for row, (mean, *others) in zip(o.rows[1:], found[1:]) if o.drawings else []:
        off = np.array(others) - np.array(found[0][1:])
        print(f"{row}:", ", ".join("%+.1f (%+.1f to %+.1f)" % v for v in zip(mean - found[0][0], *np.quantile(off, (0.025, 0.975), 0))))


if __name__ == "__main__":
    main()
