"""Mean beats as a recorder with a steep low-pass would have written them: its output rings after each QRS complex."""
import numpy as np

from beats import BEFORE, WIDTH

# Chebyshev's low-pass that tests/science/evaluate puts onto recordings (ringing.go), for 500 Hz.
SECTIONS = (
    (1.681695323961811e-05, 3.363390647923622e-05, 1.681695323961811e-05, -1.7468277750719745, 0.7789272496173627),
    (1, 2, 1, -1.6940702974425765, 0.8378791814938544),
    (1, 2, 1, -1.6776294758966, 0.9392330367462127),
)
PAD = 60  # values before and after a beat, as the first and the last
LATE = 40  # the filter delays the R peak by less, at 500 Hz


def ringing(means):
    """n rows of WIDTH values at 250 Hz, the R peak at BEFORE; the same through the filter, root mean square 1."""
    x = np.empty((len(means), 2 * WIDTH - 1))
    x[:, ::2], x[:, 1::2] = means, (means[:, 1:] + means[:, :-1]) / 2
    x = np.pad(x, ((0, 0), (PAD, PAD)), "edge")
    x -= x[:, :1]  # the filter begins at rest
    for b0, b1, b2, a1, a2 in SECTIONS:
        first = second = np.zeros(len(x))
        for i in range(x.shape[1]):
            v = x[:, i].copy()
            x[:, i] = b0 * v + first
            first, second = b1 * v - a1 * x[:, i] + second, b2 * v - a2 * x[:, i]
    at = PAD + 2 * BEFORE
    peaks = at + np.abs(x[:, at:at + LATE]).argmax(1)
    columns = peaks[:, None] + 2 * (np.arange(WIDTH) - BEFORE)
    out = np.take_along_axis(x, columns.clip(0, x.shape[1] - 1), 1)
    out -= out.mean(1, keepdims=True)
    return (out / (np.sqrt((out ** 2).mean(1, keepdims=True)) + 1e-9)).astype(np.float32)
