"""The protocols of tests/science/trials and error rates in which each person counts the same."""
import collections

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
    """Weighted genuine and impostor scores."""

    def __init__(self):
        self.genuine, self.impostor = [], []  # (scores, weights)

    def add(self, scores, owner):
        """scores: enrolments × probes; owner: the probe's enrolment, -1 for none."""
        owner = np.asarray(owner)
        counts = collections.Counter(owner.tolist())
        for k in range(scores.shape[1]):
            o = owner[k]
            others = np.delete(scores[:, k], o) if o >= 0 else scores[:, k]
            w = 1 / counts[o] if o >= 0 else 1
            if o >= 0:
                self.genuine.append((scores[o:o + 1, k], w))
            self.impostor.append((others, w / max(len(others), 1)))

    def flat(self, pairs):
        s = np.concatenate([p[0] for p in pairs])
        w = np.concatenate([np.full(len(p[0]), p[1]) for p in pairs])
        order = np.argsort(-s)
        return s[order], w[order] / w.sum()

    def finish(self):
        self.g, self.gw = self.flat(self.genuine)
        self.i, self.iw = self.flat(self.impostor)
        self.ci, self.cg = np.cumsum(self.iw), np.cumsum(self.gw)
        return self

    def fnmr(self, fmr):
        t = self.i[min(np.searchsorted(self.ci, fmr), len(self.i) - 1)]
        return self.refused(t)

    def refused(self, t):
        n = np.searchsorted(-self.g, -t, side="left")  # strictly above t
        return 1 - (self.cg[n - 1] if n else 0)

    def fmr(self, t):
        n = np.searchsorted(-self.i, -t, side="left")
        return self.ci[n - 1] if n else 0.0

    def eer(self):
        t = np.quantile(self.i, np.linspace(0.5, 1, 2001))
        return min((abs(self.fmr(x) - self.refused(x)), (self.fmr(x) + self.refused(x)) / 2) for x in t)[1]

    def line(self, rates=(0.01, 0.001)):
        return " / ".join("%.1f" % (100 * v) for v in [self.eer()] + [self.fnmr(f) for f in rates])
