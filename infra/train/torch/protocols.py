"""The protocols of tests/science/trials and error rates in which each person counts the same."""
import collections
import copy

import numpy as np


def enrollable(spans):
    return [s for s in spans if len(s.beats) > 0]


def protocols(spans):
    """Name: list of (person, enrolment spans, probe spans)."""
    by = collections.defaultdict(lambda: collections.defaultdict(lambda: collections.defaultdict(list)))
    for s in spans:
        by[s.person][s.session][s.name].append(s)
    out = collections.defaultdict(list)

    def add(name, person, enrol, probe):
        enrol = [s for r in enrol for s in r if s.whole]
        probe = [s for r in probe for s in r if not s.whole and not s.reason]
        if probe and sum(len(s.beats) for s in enrol) >= 6:
            out[name].append((person, enrollable(enrol), probe))

    for person, sessions in by.items():
        days = sorted(sessions)
        of = lambda day: [sessions[day][name] for name in sorted(sessions[day])] if day in sessions else []
        if person.startswith("ecg-id"):
            first = of(days[0])
            if len(first) > 1:
                add("a", person, first[:1], first[1:2])
            add("b", person, first, [r for day in days[1:] for r in of(day)])
        elif "1" in sessions:
            add("h1", person, of("1")[:1], of("1")[1:])
            for name, day in ("h", "2"), ("hR", "3R"), ("hL", "3L"):
                add(name, person, of("1"), of(day))
            if "2" in sessions:
                add("h2R", person, of("1") + of("2"), of("3R"))
                add("h2L", person, of("1") + of("2"), of("3L"))
    return out


def later_days(spans, days=1):
    """PTB-XL: the first day or days, later ones; of persons without a later day only the enrolment."""
    by = collections.defaultdict(lambda: collections.defaultdict(list))
    for s in spans:
        if not s.reason and len(s.beats) >= 4:
            by[s.person][s.session].append(s)
    out = []
    for person, sessions in by.items():
        order = sorted(sessions)
        enrol = [s for day in order[:days] for s in sessions[day]]
        out.append((person, enrol, [s for day in order[days:] for s in sessions[day]]))
    return out


class Rates:
    """Weighted genuine and impostor scores, of which each person's probes weigh the same."""

    def __init__(self):
        self.genuine, self.impostor = [], []  # (scores, weight of each, person of the probe)

    def add(self, scores, owner, persons):
        """scores: enrolments × probes; owner: the probe's enrolment; persons: of the enrolments."""
        counts = collections.Counter(owner)
        for k, o in enumerate(owner):
            others = np.delete(scores[:, k], o)
            self.genuine.append((scores[o:o + 1, k], 1 / counts[o], persons[o]))
            self.impostor.append((others, 1 / counts[o] / max(len(others), 1), persons[o]))

    def flat(self, trials):
        s = np.concatenate([t[0] for t in trials])
        w = np.concatenate([np.full(len(t[0]), t[1]) for t in trials])
        p = np.concatenate([np.full(len(t[0]), self.number[t[2]]) for t in trials])
        order = np.argsort(-s)
        return s[order], w[order] / w.sum(), p[order]

    def finish(self):
        self.number = {p: i for i, p in enumerate(sorted({t[2] for t in self.genuine}))}
        self.g, self.gw, self.gp = self.flat(self.genuine)
        self.i, self.iw, self.ip = self.flat(self.impostor)
        self.grid = np.quantile(self.i, np.linspace(0.5, 1, 2001))
        return self.sum()

    def sum(self):
        self.ci, self.cg = np.cumsum(self.iw), np.cumsum(self.gw)
        return self

    def drawn(self, times):
        """The same trials with each person as often as times says."""
        r = copy.copy(self)
        r.gw, r.iw = self.gw * times[self.gp], self.iw * times[self.ip]
        r.gw, r.iw = r.gw / r.gw.sum(), r.iw / r.iw.sum()
        return r.sum()

    def intervals(self, measures, drawings=200):
        """Each measure's value and 95 % interval, by bootstrap over persons (ISO/IEC 19795-1), in percent."""
        rng, n = np.random.default_rng(1), len(self.number)
        drawn = [self.drawn(np.bincount(rng.integers(0, n, n), minlength=n)) for _ in range(drawings)]
        return [(100 * m(self), *np.quantile([100 * m(r) for r in drawn], (0.025, 0.975))) for m in measures]

    def fnmr(self, fmr):
        t = self.i[min(np.searchsorted(self.ci, fmr), len(self.i) - 1)]
        return self.refused(t)

    def refused(self, t):
        n = np.searchsorted(-self.g, -t, side="left")  # strictly above t
        return max(1 - (self.cg[n - 1] if n else 0), 0.0)

    def fmr(self, t):
        n = np.searchsorted(-self.i, -t, side="left")
        return self.ci[n - 1] if n else 0.0

    def eer(self):
        """Of 2,001 thresholds the one at which the rates, of which one falls and the other rises, lie closest."""
        low, high = 0, len(self.grid) - 1
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self.fmr(self.grid[middle]) <= self.refused(self.grid[middle]) else (middle + 1, high)
        pairs = [(self.fmr(t), self.refused(t)) for t in self.grid[max(low - 1, 0):low + 1]]
        return sum(min(pairs, key=lambda p: abs(p[0] - p[1]))) / 2

    def line(self, rates=(0.01, 0.001)):
        return " / ".join("%.1f" % (100 * v) for v in [self.eer()] + [self.fnmr(f) for f in rates])
