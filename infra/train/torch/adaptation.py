"""What adaptation does over the days: persons who came on three days and more, in order of time. The first day is enrolled; on each day before
the last one the person's own recordings and impostors' are offered in turn, as parameters.Adapt took them; the last day is the test. PTB-XL's
folds 8 and 9 taught nothing; ECG-ID and Heartprint are dealt into folds, as in evaluate.py.

    adaptation.py BEATS --parameters ../../../shared/ecg/parameters/NAME.bin
    adaptation.py BEATS --parameters ../../../shared/ecg/parameters/NAME.bin --days 3
"""
import argparse
import collections

import numpy as np

from evaluate import BACKEND, DEALINGS, Bench, deal
from parameters import read
from plda import quadratic, student

ATTACKERS = 40  # impostors' recordings offered to each person on each day, at most
MEMORY, MOST = 8, 0.5  # package parameters: recordings after which adaptation forgot, its share at most
STRICTNESSES = 0, 0.0001, 0.0003, 0.001, 0.003, 0.01  # 0 for no adaptation
RATES = 0.01, 0.001  # of decisions
HEARTPRINT = "1", "2", "3R", "3L"  # the sessions in order of time


def threshold(named, rate):
    """The threshold of a rate, from those of backend.RATES, two a decade."""
    x = -2 * (1 + np.log10(rate))
    i = min(max(int(np.floor(x)), 0), len(named) - 2)
    return named[i] + (x - i) * (named[i + 1] - named[i])


class Clinic:
    """Recordings of persons, in spaces that were learned from others."""

    def __init__(self, bench, spans, held):
        self.spans = spans
        means = np.array([s.mean for s in spans])
        self.spaces = bench.spaces(held, BACKEND)
        self.z = [s(f(means)) for s, f in zip(self.spaces, bench.features)]
        self.weight = np.array([len(s.beats) ** 0.5 * (0.1 + s.trust) for s in spans])
        self.days = collections.defaultdict(lambda: collections.defaultdict(list))
        for i, s in enumerate(spans):
            self.days[s.person][HEARTPRINT.index(s.session) if s.session in HEARTPRINT else s.session].append(i)

    def score(self, template, probes):
        mean, _, count = template
        parts = [quadratic(s.between, m[None], [count ** 0.5], z[probes]) + (len(s.between),)
                 for s, m, z in zip(self.spaces, mean, self.z)]
        return sum(student([p], BACKEND["degrees"]) for p in parts)[0]

    def enrol(self, recordings):
        """A template: means, weight and number of recordings."""
        w = self.weight[recordings]
        return [(z[recordings] * w[:, None]).sum(0) / w.sum() for z in self.z], w.sum(), len(recordings)


class Adapted:
    """A template as it was enrolled, and beside it the mean of what was taken in."""

    def __init__(self, clinic, enrolled):
        self.clinic, self.enrolled, self.template = clinic, enrolled, enrolled
        self.mean, self.weight, self.count = [np.zeros_like(m) for m in enrolled[0]], 0, 0

    def take_in(self, i, day):
        if self.count > MEMORY - 1:
            self.weight, self.count = self.weight * (MEMORY - 1) / self.count, MEMORY - 1
        self.weight, self.count = self.weight + self.clinic.weight[i], self.count + 1
        share = self.clinic.weight[i] / self.weight
        self.mean = [m + share * (z[i] - m) for m, z in zip(self.mean, self.clinic.z)]
        mean, weight, count = self.enrolled
        share = min(self.weight / (weight + self.weight), MOST)
        self.template = [e + share * (a - e) for e, a in zip(mean, self.mean)], weight + self.weight, count + self.count
        return True


class Joined:
    """A template to which the first recording of each day is added as a day of enrolment, up to a number of days. Each day counts the same."""

    def __init__(self, clinic, enrolled, most):
        self.clinic, self.enrolled, self.template, self.most, self.days = clinic, enrolled, enrolled, most, {}

    def take_in(self, i, day):
        if day in self.days or len(self.days) + 1 >= self.most:
            return False
        self.days[day] = [z[i] for z in self.clinic.z]
        mean, weight, count = self.enrolled
        every = [mean, *self.days.values()]
        worth = max((count + len(self.days)) ** 0.5, len(every))  # as parameters.Template's
        self.template = [np.mean(m, axis=0) for m in zip(*every)], weight, worth ** 2
        return True


class Result:
    """Of one strictness: numbers of recordings; of each person the scores of the last day's own recordings; those of impostors; the share of
    own recordings refused at 0.1 % on the second, the third and later days."""

    def __init__(self):
        self.count, self.own, self.impostors, self.by_day = collections.Counter(), collections.defaultdict(list), [], collections.defaultdict(list)

    def refused(self, at):
        """Of each person the share of the last day's own recordings below a score."""
        return {p: np.mean([(s < at).mean() for s in own]) for p, own in self.own.items()}

    def fmr(self, at):
        return (np.concatenate(self.impostors) >= at).mean()


def follow(clinic, named, strict, growing, rng, r):
    """Follows every person of the clinic through the days. growing makes an Adapted or a Joined of an enrolment."""
    at = threshold(named, 0.001)
    for person, days in clinic.days.items():
        if len(days) < 3:
            continue
        first, *later = sorted(days)
        grown, intruders = growing(clinic, clinic.enrol(np.array(days[first]))), set()
        before = clinic.score(grown.enrolled, np.arange(len(clinic.spans)))
        others = np.array([i for i, s in enumerate(clinic.spans) if s.person != person])
        for number, day in enumerate(later, 2):
            own = clinic.score(grown.template, days[day])
            r.by_day[min(number, 4)].append((own < at).mean())
            if day == later[-1]:
                break
            offered = days[day] + rng.choice(others, min(ATTACKERS, len(others)), replace=False).tolist()
            for i in rng.permutation(offered):
                who = "own" if i in days[day] else "impostors"
                r.count[who + " offered"] += 1
                if strict and min(before[i], clinic.score(grown.template, [i])[0]) >= threshold(named, strict) and grown.take_in(i, day):
                    r.count[who + " taken in"] += 1
                    if who == "impostors":
                        intruders.add(i)
        r.own[person].append(own)
        after = clinic.score(grown.template, others)
        r.impostors.append(after)
        for i in intruders:
            more = np.array([clinic.spans[o].person == clinic.spans[i].person and o != i for o in others])
            r.count["others"] += more.sum()
            r.count["others before"] += (before[others[more]] >= at).sum()
            r.count["others after"] += (after[more] >= at).sum()


def interval(differences, drawings=2000):
    """The mean of persons' differences in points, with its 95 % interval, by bootstrap over persons."""
    rng = np.random.default_rng(1)
    drawn = differences[rng.integers(0, len(differences), (drawings, len(differences)))].mean(1)
    return 100 * differences.mean(), *np.quantile(100 * drawn, (0.025, 0.975))


def measure(name, clinics, named, growing):
    results = {}
    for strict in STRICTNESSES:
        r, rng = Result(), np.random.default_rng(1)
        results[strict] = r
        for clinic in clinics:
            follow(clinic, named, strict, growing, rng, r)
    off, at = results[0], threshold(named, 0.001)
    trials = sum(map(len, off.impostors))
    passed = round(off.fmr(at) * trials)
    print(f"{name}: {len(off.own)} persons; {off.count['own offered']} own recordings and {off.count['impostors offered']} of impostors offered, {trials} impostor trials afterwards\n")
    print("| taken in at | own, impostors' taken in | FNMR, FMR % at the threshold named 1 % | 0.1 % | points fewer refused at 0.1 % | at the same FMR | other recordings of impostors taken in, accepted at 0.1 % before, after | refused at 0.1 % on day 2, 3, later |")
    print("|---|---|---|---|---|---|---|---|")
    for strict, r in results.items():
        c = r.count
        cells = ["%g" % strict if strict else "never", f"{c['own taken in']}, {c['impostors taken in']}"]
        for rate in RATES:
            t = threshold(named, rate)
            cells.append("%.1f, %.3f" % (100 * np.mean(list(r.refused(t).values())), 100 * r.fmr(t)))
        base = off.refused(at)
        for t in at, np.sort(np.concatenate(r.impostors))[-passed] if passed else None:  # the second lets as many pass as the first does without adaptation
            if not strict or t is None:
                cells.append("too few" if strict else "")
                continue
            now = r.refused(t)
            cells.append("%.1f (%.1f to %.1f)" % interval(np.array([base[p] - now[p] for p in base])))
        cells.append(f"{c['others before']}, {c['others after']} of {c['others']}" if c["others"] else "")
        cells.append(", ".join("%.1f" % (100 * np.mean(r.by_day[n])) for n in (2, 3, 4) if r.by_day[n]))
        print("| " + " | ".join(cells) + " |")
    print(flush=True)


def dealt(bench, database, dealings):
    """A clinic for each fold of each dealing."""
    whole = [s for s in bench.dev if s.person.startswith(database) and s.whole and not s.reason and len(s.beats) >= 4]
    for seed in range(dealings):
        for held in deal({s.person for s in whole}, 5, seed):
            yield Clinic(bench, [s for s in whole if s.person in held], held)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("beats")
    p.add_argument("--parameters", required=True, help="networks and thresholds of a file of shared/ecg/parameters")
    p.add_argument("--without", nargs="*", default=[], help="persons to leave out, such as heartprint/159")
    p.add_argument("--dealings", type=int, default=DEALINGS)
    p.add_argument("--days", type=int, default=0, help="in place of adaptation each day's first recording joins as a day of enrolment, up to so many days")
    a = p.parse_args()
    networks, named = read(a.parameters)
    growing = (lambda clinic, enrolled: Joined(clinic, enrolled, a.days)) if a.days else Adapted
    bench = Bench(a.beats, networks, a.without)
    measure("PTB-XL, folds 8 and 9", [Clinic(bench, [s for s in bench.ptb if s.fold in (8, 9)], set())], named, growing)
    for database in "ecg-id", "heartprint":
        measure(database, list(dealt(bench, database, a.dealings)), named, growing)


if __name__ == "__main__":
    main()
