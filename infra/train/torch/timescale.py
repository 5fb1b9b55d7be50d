"""Learns to tell the stated sampling rate's factor of the true one from the mean
beat: writes shared/ecg/timescale/parameters.bin, and prints how often a wrong rate
is told on persons that weren't learned from.

    go run ./infra/train/timescale > ROWS
    python infra/train/torch/timescale.py ROWS shared/ecg/timescale/parameters.bin
"""
import sys

import numpy as np
import torch

from beats import WIDTH

FALSE = 0.0007  # share of true rates beyond each limit, of persons learned from
EPOCHS = 40


def main(rows, out):
    torch.manual_seed(0)
    torch.set_num_threads(1)
    a = np.fromfile(rows, "<f4").reshape(-1, WIDTH + 4)
    population, person, factor = a[:, 0].astype(int), a[:, 1].astype(int), a[:, 2]
    inputs = torch.tensor(np.concatenate([a[:, 4:], a[:, 3:4]], 1))
    goal = torch.tensor(np.log(factor))
    odd = person % 2 == 1
    learn = (population <= 7) | ((population >= 20) & odd)
    weight = torch.tensor(np.where(population >= 20, 3, 1).astype(np.float32))  # the devices of people

    net = torch.nn.Sequential(
        torch.nn.Linear(WIDTH + 1, 32), torch.nn.ReLU(), torch.nn.Linear(32, 16), torch.nn.ReLU(), torch.nn.Linear(16, 1))
    rows_of = np.where(learn)[0]
    optimizer = torch.optim.AdamW(net.parameters(), 3e-3, weight_decay=1e-2)
    batches = -(-len(rows_of) // 256)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=EPOCHS * batches)
    draw = np.random.default_rng(0)
    for _ in range(EPOCHS):
        for batch in np.array_split(draw.permutation(rows_of), batches):
            estimate = net(inputs[batch])[:, 0]
            loss = (weight[batch] * torch.nn.functional.smooth_l1_loss(estimate, goal[batch], beta=0.2, reduction="none")).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()

    with torch.no_grad():
        estimate = net(inputs)[:, 0].numpy()
    true = estimate[(learn | (population == 8)) & (factor == 1)]
    limits = np.quantile(true, [FALSE, 1 - FALSE]).astype("<f4")
    with open(out, "wb") as f:
        f.write(limits.tobytes())
        for layer in net[::2]:
            f.write(layer.weight.detach().numpy().astype("<f4").tobytes())
            f.write(layer.bias.detach().numpy().astype("<f4").tobytes())

    factors = sorted(set(factor))
    print("| persons | " + " | ".join(f"{f:.2f}" for f in factors) + " |")
    print("|" + "---|" * (len(factors) + 1))
    for name, of in {"PTB-XL, fold 9": population == 9, "ECG-ID, even": (population == 20) & ~odd, "Heartprint, even": (population == 21) & ~odd}.items():
        cells = []
        for f in factors:
            e = estimate[of & (factor == f)]
            told = int(((e < limits[0]) | (e > limits[1])).sum())
            cells.append(f"{told} of {len(e)} ({100 * told / max(len(e), 1):.1f} %)")
        print(f"| {name} | " + " | ".join(cells) + " |")


main(*sys.argv[1:])
