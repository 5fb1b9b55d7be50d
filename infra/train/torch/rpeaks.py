"""Learns the two networks that weigh the R-peak detector's candidates:

    go run ./infra/train/rpeaks [-all] > ROWS
    python infra/train/torch/rpeaks.py first ROWS PARAMETERS
    go run ./infra/train/rpeaks [-all] -first PARAMETERS > ROWS
    python infra/train/torch/rpeaks.py second ROWS PARAMETERS

The first call writes the first network, the second one puts the second network after it.
Of each layer the weights (inputs times outputs) and the biases, float32, low byte first.
It needs numpy alone.
"""
import sys

import numpy as np

FIRST = [24 + 27, 20, 1]
SECOND = [19 + 24 + 27, 24, 12, 1]
EPOCHS, BATCH, RATE, DECAY = 12, 512, 3e-3, 1e-4
# By condition: as it is, 12, 6 and 0 dB, changed, changed with noise. What is seen at
# 0 dB should matter little: a recording like that is refused anyway.
WEIGHTS = {0: 2.5, 1: 1.5, 2: 1.0, 3: 0.4, 20: 2.5, 21: 0.8}


def learn(x, y, weight, sizes):
    """Weights and biases by Adam on the weighted cross-entropy."""
    draw = np.random.default_rng(0)
    mean, deviation = x.mean(0), x.std(0) + 1e-6
    x = ((x - mean) / deviation).astype("f4")
    values = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        values += [(draw.normal(size=(inputs, outputs)) * np.sqrt(2 / inputs)).astype("f4"), np.zeros(outputs, "f4")]
    first, second = [np.zeros_like(v) for v in values], [np.zeros_like(v) for v in values]
    steps, step = EPOCHS * (len(x) // BATCH), 0
    for _ in range(EPOCHS):
        order = draw.permutation(len(x))
        for k in range(len(x) // BATCH):
            batch = order[k * BATCH:(k + 1) * BATCH]
            inputs = [x[batch]]
            for i in range(0, len(values) - 2, 2):
                inputs.append(np.maximum(inputs[-1] @ values[i] + values[i + 1], 0))
            odds = np.clip((inputs[-1] @ values[-2] + values[-1])[:, 0], -30, 30)
            slope = ((1 / (1 + np.exp(-odds)) - y[batch]) * weight[batch] / BATCH)[:, None].astype("f4")
            step += 1
            rate = RATE * min(1, 20 * step / steps) * (1 - step / steps) + 1e-6
            for i in range(len(values) - 2, -1, -2):
                slopes = inputs[i // 2].T @ slope + DECAY * values[i], slope.sum(0)
                if i > 0:
                    slope = (slope @ values[i].T) * (inputs[i // 2] > 0)
                for j, g in zip((i, i + 1), slopes):
                    first[j] = 0.9 * first[j] + 0.1 * g
                    second[j] = 0.99 * second[j] + 0.01 * g * g
                    values[j] -= rate * (first[j] / (1 - 0.9 ** step)) / (np.sqrt(second[j] / (1 - 0.99 ** step)) + 1e-8)
    values[1] = values[1] - (mean / deviation) @ values[0]
    values[0] = values[0] / deviation[:, None]
    return [v.astype("<f4") for v in values]


def run(values, x):
    for i in range(0, len(values) - 2, 2):
        x = np.maximum(x @ values[i] + values[i + 1], 0)
    return (x @ values[-2] + values[-1])[:, 0]


def main(which, rows, out):
    sizes = FIRST if which == "first" else SECOND
    a = np.fromfile(rows, "<f4").reshape(-1, 4 + sizes[0])
    mitdb, condition, y, x = a[:, 0] == 0, a[:, 2].astype(int), a[:, 3], a[:, 4:]
    weight = np.vectorize(WEIGHTS.get)(condition) * np.where(mitdb, 2.0, 1.0)
    values = learn(x, y, weight / weight.mean(), sizes)
    with open(out, "wb" if which == "first" else "ab") as f:
        for v in values:
            f.write(v.tobytes())
    odds = run(values, x)
    for c in sorted(WEIGHTS):
        of = condition == c
        wrong = (odds[of] > 0) != (y[of] > 0)
        print(f"condition {c}: {of.sum()} candidates, {100 * wrong.mean():.2f} % wrong")


main(*sys.argv[1:])
