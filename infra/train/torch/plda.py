"""Two-covariance PLDA with a Student's t score, as package plda of shared/ecg runs it."""
import collections

import numpy as np

from beats import BEFORE

FROM, TO = BEFORE - 50, BEFORE + 100  # -200 to +400 ms


def waveform(means):
    v = means[:, FROM:TO]
    v = v - v.mean(1, keepdims=True)
    return v / np.sqrt((v ** 2).mean(1, keepdims=True) + 1e-12)


def slope(means):
    v = means[:, FROM + 1:TO + 1] - means[:, FROM - 1:TO - 1]
    return v / np.sqrt((v ** 2).mean(1, keepdims=True) + 1e-12)


def scatter(x, persons, sessions):
    """Covariance within persons, that of the persons' means, and the mean. Persons count the same in the mean and between; who was
    seen in more sessions counts more within."""
    members = collections.defaultdict(lambda: collections.defaultdict(list))
    for i, (p, s) in enumerate(zip(persons, sessions)):
        members[p][s].append(i)
    centres, within, total = [], np.zeros((x.shape[1],) * 2), 0
    for p, own in members.items():
        means = np.array([x[i].mean(0) for i in own.values()])
        centres.append(means.mean(0))
        n = len(own)
        lost = n / (n - 1) if n > 1 else 1
        for s, i in own.items():
            off = x[i] - centres[-1]
            within += lost * off.T @ off / len(i)
        total += n
    centres = np.array(centres)
    mean = centres.mean(0)
    return within / total, (centres - mean).T @ (centres - mean) / len(centres), mean


class Space:
    """domains: list of (x, persons, sessions, share); the covariances are the domains', mixed by the shares."""

    def __init__(self, domains, components=60, dimensions=50, shrinkage=0.07, resize=True):
        self.resize = resize
        parts = [(scatter(x, p, s), share) for x, p, s, share in domains if share > 0]
        total = sum(share for _, share in parts)
        mix = lambda k: sum(part[k] * share for part, share in parts) / total
        within, between, self.mean = mix(0), mix(1), mix(2)
        values, vectors = np.linalg.eigh(within + between)
        pca = vectors[:, ::-1][:, :components]
        within, between = pca.T @ within @ pca, pca.T @ between @ pca
        within = (1 - shrinkage) * within + shrinkage * np.trace(within) / len(within) * np.eye(len(within))
        values, vectors = np.linalg.eigh(within)
        whiten = vectors / np.sqrt(values)
        values, vectors = np.linalg.eigh(whiten.T @ between @ whiten)
        keep = np.argsort(-values)[:dimensions]
        self.basis, self.between = pca @ whiten @ vectors[:, keep], np.maximum(values[keep], 1e-3)

    def __call__(self, x):
        z = (x - self.mean) @ self.basis
        if self.resize:
            z = z * np.sqrt(z.shape[1] / ((z ** 2) / (1 + self.between)).sum(1, keepdims=True))
        return z


def quadratic(between, enrolled, count, probe):
    """Squared distances of each probe from what is expected of each enrolment's person and of anybody, and half the logarithm of the
    variances' ratio: (persons, probes) twice and (persons,)."""
    count = np.asarray(count, float)[:, None]
    rest = between / (1 + count * between)
    own, anybody = 1 + rest, 1 + between
    expected = count * rest * enrolled
    inverse = 1 / own
    distance = (expected ** 2 * inverse).sum(1)[:, None] - 2 * (expected * inverse) @ probe.T + inverse @ (probe ** 2).T
    return np.maximum(distance, 0), (probe ** 2 / anybody).sum(1)[None], np.log(anybody / own).sum(1)[:, None] / 2


def gaussian(parts):
    return sum(half + (q - d) / 2 for d, q, half, _ in parts)


def student(parts, degrees):
    """One t over all features: parts are (own, anybody, half, dimensions)."""
    d, q, half, n = (sum(p[k] for p in parts) for k in range(4))
    return half + (degrees + n) / 2 * (np.log1p(q / degrees) - np.log1p(d / degrees))
