"""Trains a saved network on, with the score itself for its loss: the two-covariance PLDA of its values is learned along with it.

    through.py BEATS IN.npz OUT.npz [--seed 1] [--prior 0.001] ...

A step takes two recordings each of persons: of those who were seen on several days, from two of them; of those who were seen once,
two means of subsets of the beats, one of them changed as days change a beat that lies near. Each recording is compared with each:
pairs of one person are genuine, all others impostors, and the loss is the cross-entropy of the calibrated log-likelihood ratio at a
prior as rare as the score's threshold. Persons are those of network.py, so that nobody of ECG-ID and Heartprint is seen.
The PLDA is thrown away: backend.py learns another one on the values that come out.
"""
import argparse
import collections
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from network import Data, distort, pair
from plda import Space


class Folded(nn.Module):
    """A saved network, without batch normalisation, to be trained on."""

    def __init__(self, path, dropout):
        super().__init__()
        a = np.load(path)
        self.kernels = a["kernels"].tolist()
        self.dropout = dropout
        self.arrays = nn.ParameterDict({name: nn.Parameter(torch.from_numpy(a[name])) for name in a.files if name not in ("kernels", "setting")})

    def forward(self, x):
        for i, k in enumerate(self.kernels):
            bias = self.arrays[f"bias{i}"]
            weight = self.arrays[f"weight{i}"].reshape(k, -1, len(bias)).permute(2, 1, 0)
            x = F.max_pool1d(F.relu(F.conv1d(x, weight, bias, padding=k // 2)), 2)
        x = F.dropout(x.transpose(1, 2).flatten(1), self.dropout, self.training)
        return F.normalize(x @ self.arrays["dense"] + self.arrays["dense_bias"])

    def save(self, path, setting):
        np.savez(path, setting=str(setting), kernels=np.array(self.kernels), **{k: v.detach().numpy() for k, v in self.arrays.items()})


class Score(nn.Module):
    """The log-likelihood ratio of plda.gaussian with one recording enrolled, of all pairs, and its calibration."""

    def __init__(self, space):
        super().__init__()
        self.mean, self.basis, self.between = (nn.Parameter(torch.tensor(v, dtype=torch.float32)) for v in (space.mean, space.basis, np.log(space.between)))
        self.scale, self.offset = nn.Parameter(torch.ones(())), nn.Parameter(torch.zeros(()))

    def forward(self, e):
        between = self.between.exp()
        rest, anybody = between / (1 + between), 1 + between
        z = (e - self.mean) @ self.basis
        z = z * (z.shape[1] / (z.pow(2) / anybody).sum(1, keepdim=True)).sqrt()
        expected, own = rest * z, 1 + rest
        distance = (expected.pow(2) / own).sum(1)[:, None] - 2 * (expected / own) @ z.T + (z.pow(2) / own).sum(1)
        ratio = ((z.pow(2) / anybody).sum(1) - distance + (anybody / own).log().sum()) / 2
        return self.scale * ratio + self.offset


def cost(ratios, genuine, impostor, prior):
    """Cross-entropy at the prior, of which knowing nothing but the prior costs 1."""
    odds = np.log(prior / (1 - prior))
    missed = F.softplus(-(ratios[genuine] + odds)).mean()
    taken = F.softplus(ratios[impostor] + odds).mean()
    return (prior * missed + (1 - prior) * taken) / -(prior * np.log(prior) + (1 - prior) * np.log(1 - prior))


def persons_loss(e, rows, label, o, g):
    """network.py's own: the persons of the step and as many others as are drawn."""
    own, at = label.unique(return_inverse=True)
    others = torch.randint(len(rows), (o.negatives,), generator=g)
    others = others[~torch.isin(others, own)].unique()
    cosines = e @ F.normalize(rows[torch.cat([own, others])]).T
    return F.cross_entropy(o.scale * (cosines - o.margin * F.one_hot(at, cosines.shape[1])), at)


class Persons:
    """Draws two recordings of each of so many persons."""

    def __init__(self, data, rng):
        self.data, self.rng = data, rng
        of = collections.defaultdict(lambda: collections.defaultdict(list))
        for i, (c, day) in enumerate(zip(data.label.tolist(), data.day)):
            of[c][day].append(i)
        self.several = [list(days.values()) for days in of.values() if len(days) > 1]
        self.once = np.array([i[0] for days in of.values() if len(days) == 1 for i in days.values()])

    def draw(self, several, once):
        """Rows of the recordings: all firsts, then all seconds."""
        rows = []
        for p in self.rng.choice(len(self.several), several, replace=False):
            a, b = self.rng.choice(len(self.several[p]), 2, replace=False)
            rows.append([self.rng.choice(self.several[p][a]), self.rng.choice(self.several[p][b])])
        rows += [[i, i] for i in self.rng.choice(self.once, once, replace=False)]
        return torch.from_numpy(np.array(rows).T.reshape(-1))


def means(data, i, days, g):
    """Mean beats of the recordings, a third of them of a lead turned; half of the second ones of persons seen once with a share of
    another person's change."""
    n = len(i)
    which = torch.randint(data.plain, (n,), generator=g)
    turned = torch.rand(n // 2, generator=g).repeat(2) < 0.35
    which = torch.where(turned, data.plain + torch.randint(data.means.shape[1] - data.plain, (n,), generator=g), which)
    pick = data.nearest[i, torch.randint(data.nearest.shape[1], (n,), generator=g)]
    share = days * torch.rand(n, generator=g) * ~torch.from_numpy(data.several)[i]
    share[:n // 2] = 0
    return data.means[i, which] + share[:, None] * data.change[pick]


def train(o):
    torch.manual_seed(o.seed)
    torch.set_num_threads(o.threads)
    rng, g = np.random.default_rng(o.seed), torch.Generator().manual_seed(o.seed)
    data = Data(o.beats, True, True, 6, rng, "cpu")
    persons = Persons(data, rng)
    net = Folded(o.network, o.dropout).eval()
    with torch.no_grad():
        first = torch.cat([net(pair(m)) for m in torch.from_numpy(data.first).split(1024)])
    # Patients seen on several days, as backend.py has them for its share.
    kept = np.flatnonzero(data.several)
    score = Score(Space([(first.numpy()[kept], [data.person[i] for i in kept], [data.day[i] for i in kept], 1)], 80, 60, 0.1, True))
    rows = torch.zeros(len(data.classes), first.shape[1]).index_add(0, data.label, first)
    rows = nn.Parameter(F.normalize(rows))
    optimiser = torch.optim.AdamW([{"params": list(net.parameters()) + [rows], "lr": o.rate}, {"params": score.parameters(), "lr": 10 * o.rate}], weight_decay=0)
    average = torch.optim.swa_utils.AveragedModel(net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(o.average))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda s: min(1, s / 50) * (1 - s / o.steps))
    n, begun, sums = o.several + o.once, time.time(), np.zeros(2)
    same = torch.arange(2 * n) % n
    same = same[:, None] == same
    pairs = torch.zeros(2 * n, 2 * n, dtype=torch.bool)
    pairs[:n, n:] = True
    genuine, impostor = pairs & same, torch.ones(2 * n, 2 * n, dtype=torch.bool).triu(1) & ~same
    net.train()
    for step in range(o.steps):
        i = persons.draw(o.several, o.once)
        e = net(pair(distort(means(data, i, o.days, g), g)))
        verification = cost(score(e), genuine, impostor, o.prior)
        identity = persons_loss(e, rows, data.label[i], o, g) if o.identity else torch.zeros(())
        optimiser.zero_grad()
        (o.verification * verification + o.identity * identity).backward()
        optimiser.step()
        schedule.step()
        average.update_parameters(net)
        sums += verification.item(), identity.item()
        if (step + 1) % 100 == 0:
            print(f"step {step + 1} cost {sums[0] / 100:.4f}, of persons {sums[1] / 100:.3f}, {time.time() - begun:.0f} s", flush=True)
            sums[:] = 0
    average.module.save(o.out_file, vars(o))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("beats")
    p.add_argument("network")
    p.add_argument("out_file")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--steps", type=int, default=800)
    p.add_argument("--several", type=int, default=256, help="persons a step seen on several days")
    p.add_argument("--once", type=int, default=128, help="persons a step seen once")
    p.add_argument("--days", type=float, default=0.8, help="at most this share of another person's change is added to the latter")
    p.add_argument("--prior", type=float, default=0.001)
    p.add_argument("--verification", type=float, default=1, help="weight of the score's cross-entropy")
    p.add_argument("--identity", type=float, default=0, help="weight of network.py's own loss")
    p.add_argument("--negatives", type=int, default=2000)
    p.add_argument("--rate", type=float, default=1e-3)
    p.add_argument("--margin", type=float, default=0.35)
    p.add_argument("--scale", type=float, default=30)
    p.add_argument("--dropout", type=float, default=0.3)
    p.add_argument("--average", type=float, default=0.99)
    p.add_argument("--threads", type=int, default=1)
    train(p.parse_args())


if __name__ == "__main__":
    main()
