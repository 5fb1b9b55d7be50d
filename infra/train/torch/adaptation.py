"""What adaptation does over the days: patients of PTB-XL's folds 8 and 9 who came on three days and more, in order of time. The first day is
enrolled; on each day between it and the last one the patient's own recordings and impostors' are offered in turn, as parameters.Adapt takes
them; the last day is the test.

    adaptation.py BEATS PARAMETERS.bin NETWORK.npz ...
"""
import argparse
import collections

import numpy as np

from evaluate import BACKEND, Bench
from network import Frozen
from plda import quadratic, student

ATTACKERS = 40  # impostors' recordings offered to each patient on each day
MEMORY, MOST = 8, 0.5  # package parameters: recordings after which adaptation forgets, its share at most


def thresholds(path):
    values = np.frombuffer(open(path, "rb").read()[-40:-4], "<f4")

    def at(rate):
        x = -2 * (1 + np.log10(rate))
        i = min(max(int(np.floor(x)), 0), len(values) - 2)
        return values[i] + (x - i) * (values[i + 1] - values[i])

    return at


class Clinic:
    def __init__(self, bench):
        self.spans = [s for s in bench.ptb if s.fold in (8, 9)]
        means = np.array([s.mean for s in self.spans])
        self.spaces = bench.spaces(set(), BACKEND)
        self.z = [s(f(means)) for s, f in zip(self.spaces, bench.features)]
        self.weight = np.array([len(s.beats) ** 0.5 * (0.1 + s.trust) for s in self.spans])
        self.days = collections.defaultdict(lambda: collections.defaultdict(list))
        for i, s in enumerate(self.spans):
            self.days[s.person][s.session].append(i)

    def score(self, template, probes):
        mean, _, count = template
        parts = [quadratic(s.between, m[None], [count ** 0.5], z[probes]) + (len(s.between),)
                 for s, m, z in zip(self.spaces, mean, self.z)]
        return sum(student([p], BACKEND["degrees"]) for p in parts)[0]

    def enrol(self, recordings):
        w = self.weight[recordings]
        return [(z[recordings] * w[:, None]).sum(0) / w.sum() for z in self.z], w.sum(), len(recordings)

    def take_in(self, adapted, i):
        mean, weight, count = adapted
        if count > MEMORY - 1:
            weight, count = weight * (MEMORY - 1) / count, MEMORY - 1
        share = self.weight[i] / (weight + self.weight[i])
        return [m + share * (z[i] - m) for m, z in zip(mean, self.z)], weight + self.weight[i], count + 1


def current(enrolled, adapted):
    if adapted is None:
        return enrolled
    share = min(adapted[1] / (enrolled[1] + adapted[1]), MOST)
    return [e + share * (a - e) for e, a in zip(enrolled[0], adapted[0])], enrolled[1] + adapted[1], enrolled[2] + adapted[2]


def run(clinic, threshold, strict):
    rng, taken = np.random.default_rng(1), collections.Counter()
    rejected, impostors = {0.01: [], 0.001: []}, []
    for person, days in clinic.days.items():
        if len(days) < 3:
            continue
        order = sorted(days)
        enrolled, adapted = clinic.enrol(np.array(days[order[0]])), None
        others = np.array([i for i, s in enumerate(clinic.spans) if s.person != person])
        for day in order[1:-1]:
            offered = days[day] + rng.choice(others, ATTACKERS, replace=False).tolist()
            for i in rng.permutation(offered):
                who = "own" if i in days[day] else "impostors'"
                taken[who + " offered"] += 1
                if strict and min(clinic.score(t, [i])[0] for t in (enrolled, current(enrolled, adapted))) >= threshold(strict):
                    taken[who + " taken in"] += 1
                    adapted = clinic.take_in(adapted or ([np.zeros_like(m) for m in enrolled[0]], 0, 0), i)
        template = current(enrolled, adapted)
        own = clinic.score(template, days[order[-1]])
        for rate in rejected:
            rejected[rate].append((own < threshold(rate)).mean())
        impostors += clinic.score(template, rng.choice(others, 300, replace=False)).tolist()
    line = "; ".join(f"threshold {rate:g}: FNMR {100 * np.mean(r):.1f} %, FMR {100 * (np.array(impostors) >= threshold(rate)).mean():.3f} %" for rate, r in rejected.items())
    print(f"{'off' if not strict else '%g' % strict}: {len(rejected[0.01])} patients, {dict(sorted(taken.items()))}; {line}", flush=True)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("beats")
    p.add_argument("parameters")
    p.add_argument("networks", nargs="+")
    a = p.parse_args()
    clinic = Clinic(Bench(a.beats, [Frozen(n) for n in a.networks]))
    for strict in (0, 0.0001, 0.0003, 0.001, 0.003, 0.01):
        run(clinic, thresholds(a.parameters), strict)


if __name__ == "__main__":
    main()
