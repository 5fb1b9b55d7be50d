"""P wave and T wave of mean beats, each aligned on its own: network.py --waves."""
import torch
import torch.nn.functional as F

from beats import BEFORE, WIDTH

P_PLACE, T_PLACE = BEFORE - 34, BEFORE + 70  # where they are moved to: -136 and +280 ms
P_END, T_BEGIN = BEFORE - 15, BEFORE + 20  # between them the beat stays as it is


def peak(mean, low, high, width):
    """The time from low to high at which the beat resembles a bump of this width most, upward or downward: indices (n,)."""
    bump = torch.hann_window(width, periodic=False)
    near = F.conv1d(mean[:, None, low - width // 2:high + width // 2], (bump - bump.mean())[None, None])
    return low + near[:, 0].abs().argmax(1)


def align(mean):
    """Mean beats with the P wave moved to P_PLACE and the T wave to T_PLACE, and the samples that each was away (n, 2)."""
    p, t = peak(mean, 10, P_END - 8, 21), peak(mean, T_BEGIN + 12, WIDTH - 16, 33)
    off = torch.stack([p - P_PLACE, t - T_PLACE], 1)
    k = torch.arange(WIDTH)[None]
    at = torch.where(k < P_END, (k + off[:, :1]).clamp(0, P_END), k)
    at = torch.where(k > T_BEGIN, (k + off[:, 1:]).clamp(T_BEGIN, WIDTH - 1), at)
    return mean.gather(1, at), off.float()
