"""Trains a network on the persons of PTB-XL (and the recordings of CinC 2017).

    network.py BEATS OUT.npz [--seed 1] [--channels 32,48,64,96] ...

No person of ECG-ID or Heartprint is seen, so that these are strangers to it; neither is any of PTB-XL's folds 8 (choices) and
9 (test). The network is what package network of shared/ecg runs: convolutions with a rectifier and a halving, a dense layer,
length 1. Batch normalisation is folded into the convolutions when it is written.
"""
import argparse
import collections
import copy
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from beats import BEFORE, WIDTH, load
from waves import align

LENGTH = (WIDTH - 1) // 2  # times of the input, 125 Hz


class Network(nn.Module):
    def __init__(self, channels, kernels, out, dropout, waves=False):
        super().__init__()
        layers, width, length = [], 4 if waves else 2, LENGTH
        for c, k in zip(channels, kernels):
            layers += [nn.Conv1d(width, c, k, padding=k // 2, bias=False), nn.BatchNorm1d(c), nn.ReLU(), nn.MaxPool1d(2)]
            width, length = c, length // 2
        self.convolutions = nn.Sequential(*layers)
        self.dropout = nn.Dropout(dropout)
        self.dense = nn.Linear(width * length + (2 if waves else 0), out)

    def forward(self, x, times=None):
        # Time before channel, as package network lays out what its dense layer takes in.
        x = self.convolutions(x).transpose(1, 2).flatten(1)
        if times is not None:
            x = torch.cat([x, times], 1)
        return F.normalize(self.dense(self.dropout(x)))


def pair(mean):
    """Mean beat and slope at 125 Hz, each with root mean square 1: feature.Pair."""
    beat, slope = mean[:, 1:-1:2], mean[:, 2::2] - mean[:, :-1:2]
    unit = lambda v: v / (v.pow(2).mean(1, keepdim=True).sqrt() + 1e-9)
    return torch.stack([unit(beat), unit(slope)], 1)


def pairs(mean):
    """The pair of the mean beat and that of the beat with P and T moved to one place, and how far they were moved, in 40 ms."""
    moved, off = align(mean)
    return torch.cat([pair(mean), pair(moved)], 1), off / 10


def distort(m, g):
    """What other electrodes, heart rates and days do to a mean beat, roughly."""
    n, k = len(m), torch.arange(float(WIDTH), device=m.device)[None] - BEFORE
    draw = lambda: torch.rand(n, 1, generator=g, device=m.device) - 0.5
    normal = lambda: torch.randn(n, 1, generator=g, device=m.device)
    at = torch.where(k > 20, 20 + (k - 20) * (1 + 0.10 * draw()), k) + BEFORE + 3 * draw()
    at = at.clamp(0, WIDTH - 1.01)
    i = at.long()
    y = m.gather(1, i) * (1 - (at - i)) + m.gather(1, i + 1) * (at - i)
    y = y * (1 + torch.sigmoid((k - 25) / 4) * 0.4 * draw())  # T wave
    y = y * (1 + torch.sigmoid((-15 - k) / 3) * 0.4 * draw())  # P wave
    t = (k + BEFORE) / WIDTH
    y = y + 0.08 * normal() * (t - 0.5) + 0.08 * normal() * torch.sin(3.14 * t + 6.28 * draw())
    y = y + 0.05 * (draw() + 0.5) * torch.randn(n, WIDTH, generator=g, device=m.device)
    blur = 0.2 * (draw() + 0.5)
    y = (1 - 2 * blur) * y + blur * torch.roll(y, 1, 1) + blur * torch.roll(y, -1, 1)
    return y - y.mean(1, keepdim=True)


def means_of(beats, draws, rng):
    """Means of subsets of a recording's beats, neighbours or at random."""
    n, out = len(beats), np.empty((draws, WIDTH), np.float32)
    for d in range(draws):
        k = rng.integers(min(3, n), n + 1)
        rows = slice(*(lambda a: (a, a + k))(rng.integers(0, n - k + 1))) if d % 2 else rng.choice(n, k, replace=False)
        out[d] = beats[rows].mean(0)
    return out


class Data:
    """Mean beats by recording, and what days change in beats like each."""

    def __init__(self, folder, cinc, axis, draws, rng, device):
        spans = [(i, s) for i, s in enumerate(load(folder + "/ptb")) if 1 <= s.fold <= 7 and len(s.beats) >= 4]
        self.person, self.day = [s.person for _, s in spans], [s.session for _, s in spans]
        days = collections.defaultdict(set)
        for _, s in spans:
            days[s.person].add(s.session)
        self.several = np.array([len(days[p]) > 1 for p in self.person])
        means = [means_of(s.beats, draws, rng) for _, s in spans]
        self.first = np.array([s.mean for _, s in spans])
        for name in ["axis-%d" % i for i in range(1, 5)] if axis else []:
            turned = load(folder + "/" + name)
            for j, (i, s) in enumerate(spans):
                ok = len(turned[i].beats) >= 4
                means[j] = np.concatenate([means[j], means_of(turned[i].beats, 2, rng) if ok else means[j][:2]])
        if cinc:
            found = [s for s in load(folder + "/cinc") if len(s.beats) >= 8 and s.session != "~"]
            rows = draws + (8 if axis else 0)
            means += [means_of(s.beats, rows, rng) for s in found]
            self.person, self.day = self.person + [s.person for s in found], self.day + [s.session for s in found]
            self.several = np.concatenate([self.several, np.zeros(len(found), bool)])
            self.first = np.concatenate([self.first, [s.mean for s in found]])
        self.plain = draws
        self.means = torch.from_numpy(np.array(means)).to(device)
        self.classes = {p: c for c, p in enumerate(sorted(set(self.person)))}
        self.label = torch.tensor([self.classes[p] for p in self.person], device=device)
        self.changes(spans)
        self.change, self.nearest = self.change.to(device), self.nearest.to(device)

    def changes(self, spans, near=16):
        """The changes from day to day of the persons whose beats lie nearest."""
        by = collections.defaultdict(list)
        for j, (_, s) in enumerate(spans):
            by[s.person].append((s.session, j))
        base, change = [], []
        for rows in by.values():
            for a in rows:
                for b in rows:
                    if a[0] != b[0] and len(change) < 20000:
                        base.append(self.first[a[1]])
                        change.append(self.first[b[1]] - self.first[a[1]])
        base, self.change = np.array(base), torch.from_numpy(np.array(change, np.float32))
        self.nearest = torch.empty(len(self.first), near, dtype=torch.long)
        for a in range(0, len(self.first), 1000):
            self.nearest[a:a + 1000] = torch.from_numpy(self.first[a:a + 1000] @ base.T).topk(near, 1).indices


def train(o):
    torch.manual_seed(o.seed)
    torch.set_num_threads(o.threads)
    rng, g = np.random.default_rng(o.seed), torch.Generator(o.device).manual_seed(o.seed)
    data = Data(o.beats, o.cinc, o.axis, 6, rng, o.device)
    order = np.concatenate([np.arange(len(data.person))] + [np.flatnonzero(data.several)] * (o.several - 1))
    channels, kernels = [int(v) for v in o.channels.split(",")], [int(v) for v in o.kernels.split(",")]
    net = Network(channels, kernels, o.out, o.dropout, o.waves).to(o.device)
    if o.start:
        net.load_state_dict(torch.load(o.start))
    rows = nn.Parameter((torch.randn(len(data.classes), o.out) / o.out ** 0.5).to(o.device))
    optimiser = torch.optim.AdamW([{"params": net.parameters(), "weight_decay": 0.02}, {"params": [rows], "weight_decay": 0}], lr=o.rate)
    average = torch.optim.swa_utils.AveragedModel(net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(o.average), use_buffers=True)
    steps = o.epochs * (len(order) // o.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, o.rate, total_steps=steps, pct_start=0.15)
    print(f"{len(data.person)} recordings, {len(data.classes)} classes, {len(order)} an epoch, {sum(p.numel() for p in net.parameters())} parameters", flush=True)
    step, begun, several = 0, time.time(), torch.from_numpy(data.several).to(o.device)
    for epoch in range(o.epochs):
        rng.shuffle(order)
        net.train()
        total = 0.0
        for a in range(0, len(order) - o.batch + 1, o.batch):
            i = torch.from_numpy(order[a:a + o.batch]).to(o.device)
            n = len(i)
            draw = lambda: torch.rand(n, 1, generator=g, device=o.device)
            which = torch.randint(data.plain, (n,), generator=g, device=o.device)
            if o.axis:
                turned = torch.rand(n, generator=g, device=o.device) < 0.35
                which = torch.where(turned, data.plain + torch.randint(8, (n,), generator=g, device=o.device), which)
            m = data.means[i, which]
            if o.days > 0:
                pick = data.nearest[i, torch.randint(data.nearest.shape[1], (n,), generator=g, device=o.device)]
                share = o.days * draw() * (draw() < 0.5) * ~several[i][:, None]
                m = m + share * data.change[pick]
            m = distort(m, g)
            e = net(*pairs(m)) if o.waves else net(pair(m))
            # The persons of the batch and as many others as are drawn.
            own, at = data.label[i].unique(return_inverse=True)
            others = torch.randint(len(data.classes), (o.negatives,), generator=g, device=o.device)
            others = others[~torch.isin(others, own)].unique()
            cosines = e @ F.normalize(rows[torch.cat([own, others])]).T
            cosines = cosines - o.margin * min(1, step / (0.3 * steps)) * F.one_hot(at, cosines.shape[1])
            loss = F.cross_entropy(o.scale * cosines, at)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            average.update_parameters(net)
            total += loss.item()
            step += 1
        print(f"epoch {epoch + 1} loss {total / (len(order) // o.batch):.3f} {time.time() - begun:.0f} s", flush=True)
        if (epoch + 1) % 4 == 0 or epoch + 1 == o.epochs:
            save(o.out_file, average.module, o)


def save(path, net, o):
    """Layers as package network keeps them: kernel·in rows of out values."""
    net = copy.deepcopy(net).cpu().eval()
    arrays, sequence = {}, list(net.convolutions)
    for i in range(0, len(sequence), 4):
        convolution, norm = sequence[i], sequence[i + 1]
        scale = (norm.weight / (norm.running_var + norm.eps).sqrt()).detach()
        weight = convolution.weight.detach() * scale[:, None, None]  # out, in, kernel
        arrays[f"weight{i // 4}"] = weight.permute(2, 1, 0).reshape(-1, len(scale)).numpy()
        arrays[f"bias{i // 4}"] = (norm.bias - norm.running_mean * scale).detach().numpy()
    arrays["dense"], arrays["dense_bias"] = net.dense.weight.detach().T.numpy(), net.dense.bias.detach().numpy()
    np.savez(path, setting=str(vars(o)), kernels=np.array([int(k) for k in o.kernels.split(",")]), **arrays)


class Frozen:
    """A saved network as a feature: mean beats in, unit vectors out."""

    def __init__(self, path):
        a = np.load(path)
        self.kernels = a["kernels"].tolist()
        self.layers = [(a[f"weight{i}"], a[f"bias{i}"]) for i in range(len(self.kernels))]
        self.dense = a["dense"], a["dense_bias"]
        self.waves = self.layers[0][0].shape[0] == 4 * self.kernels[0]

    @classmethod
    def of(cls, layers, kernels, dense):
        n = cls.__new__(cls)
        n.layers, n.kernels, n.dense, n.waves = layers, kernels, dense, False
        return n

    def __call__(self, means):
        with torch.no_grad():
            mean = torch.from_numpy(np.ascontiguousarray(means, np.float32))
            x, times = pairs(mean) if self.waves else (pair(mean), mean[:, :0])
            for (w, b), k in zip(self.layers, self.kernels):
                w = torch.from_numpy(w).reshape(k, -1, len(b)).permute(2, 1, 0)
                x = F.max_pool1d(F.relu(F.conv1d(x, w, torch.from_numpy(b), padding=k // 2)), 2)
            x = torch.cat([x.transpose(1, 2).flatten(1), times], 1)
            return F.normalize(x @ torch.from_numpy(self.dense[0]) + torch.from_numpy(self.dense[1])).numpy()


def shape(p):
    """Adds the arguments of a network's size, and of what is drawn."""
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--channels", default="32,48,64,96")
    p.add_argument("--kernels", default="7,5,5,3")
    p.add_argument("--out", type=int, default=96)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("beats")
    p.add_argument("out_file")
    shape(p)
    p.add_argument("--epochs", type=int, default=24)
    p.add_argument("--batch", type=int, default=256)
    p.add_argument("--negatives", type=int, default=5000)
    p.add_argument("--several", type=int, default=4, help="how often recordings of persons seen on several days count")
    p.add_argument("--days", type=float, default=0.8, help="at most this share of another person's change is added")
    p.add_argument("--cinc", action="store_true")
    p.add_argument("--axis", action="store_true")
    p.add_argument("--waves", action="store_true", help="take in the beat with P and T wave aligned each on its own, too; package network doesn't run these")
    p.add_argument("--start", help="what pretrain.py wrote, with the same channels")
    p.add_argument("--rate", type=float, default=4e-3)
    p.add_argument("--margin", type=float, default=0.2)
    p.add_argument("--scale", type=float, default=24)
    p.add_argument("--dropout", type=float, default=0.3)
    p.add_argument("--average", type=float, default=0, help="the weights that are written are a moving mean, in which earlier ones keep this share at each step")
    p.add_argument("--device", default="cpu", help="cuda for a GPU")
    p.add_argument("--threads", type=int, default=2)
    train(p.parse_args())


if __name__ == "__main__":
    main()
