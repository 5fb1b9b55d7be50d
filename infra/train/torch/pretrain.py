"""Trains a network to know the recordings of CinC 2017 from each other, for network.py --start.

    pretrain.py BEATS OUT.pt [--seed 1] [--steps 1500] ...

A step takes a batch of recordings, of each a mean of beats of its first half and one of its second, both distorted. These two are to lie
closer than those of any two recordings (Chen et al. 2020, normalised temperature-scaled cross-entropy). Nobody's name is used.
"""
import argparse
import time

import numpy as np
import torch
import torch.nn.functional as F

from beats import load
from network import Network, distort, means_of, pair, shape


def main():
    p = argparse.ArgumentParser()
    p.add_argument("beats")
    p.add_argument("out_file")
    shape(p)
    p.add_argument("--steps", type=int, default=1500)
    p.add_argument("--batch", type=int, default=512)
    p.add_argument("--temperature", type=float, default=0.1)
    p.add_argument("--rate", type=float, default=2e-3)
    p.add_argument("--threads", type=int, default=1)
    o = p.parse_args()
    torch.manual_seed(o.seed)
    torch.set_num_threads(o.threads)
    rng, g = np.random.default_rng(o.seed), torch.Generator().manual_seed(o.seed)
    found = [s.beats for s in load(o.beats + "/cinc") if len(s.beats) >= 8 and s.session != "~"]
    halves = [torch.from_numpy(np.array([means_of(half(b), 8, rng) for b in found])) for half in (lambda b: b[:len(b) // 2], lambda b: b[len(b) // 2:])]
    net = Network([int(v) for v in o.channels.split(",")], [int(v) for v in o.kernels.split(",")], o.out, 0.1)
    optimiser = torch.optim.AdamW(net.parameters(), lr=o.rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, o.rate, total_steps=o.steps, pct_start=0.15)
    n, total, begun = o.batch, 0.0, time.time()
    other, itself = (torch.arange(2 * n) + n) % (2 * n), torch.eye(2 * n, dtype=torch.bool)
    for step in range(o.steps):
        i = torch.from_numpy(rng.choice(len(found), n, replace=False))
        e = net(pair(distort(torch.cat([h[i, torch.randint(8, (n,), generator=g)] for h in halves]), g)))
        loss = F.cross_entropy((e @ e.T / o.temperature).masked_fill(itself, -1e4), other)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        total += loss.item()
        if (step + 1) % 100 == 0:
            print(f"step {step + 1} loss {total / 100:.3f}, {time.time() - begun:.0f} s", flush=True)
            total = 0.0
    torch.save(net.state_dict(), o.out_file)


if __name__ == "__main__":
    main()
