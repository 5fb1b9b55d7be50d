"""Draws the detection error trade-off of a file of shared/ecg/parameters as an SVG: ECG-ID and Heartprint, cross-validated as in evaluate.py.

    det.py BEATS ../../../shared/ecg/parameters/NAME.bin > det.svg
"""
import argparse

import numpy as np

from evaluate import BACKEND, DEALINGS, Bench
from parameters import read

CURVES = {  # the colours can be told apart by most eyes (Okabe, Ito)
    "a": ("same day, wrists", "#000000"), "h1": ("same session, fingers", "#56b4e9"), "h": ("weeks", "#0072b2"),
    "hR": ("a year", "#d55e00"), "h2R": ("a year, two days enrolled", "#009e73"),
}
LEAST = 1e-3  # the lowest rate drawn: impostors of a few hundred persons tell no lower ones
LEFT, TOP, WIDTH, HEIGHT, LEGEND = 60, 30, 420, 300, 280


def place(fmr, fnmr):
    share = lambda rate: np.log10(max(rate, LEAST) / LEAST) / -np.log10(LEAST)
    return LEFT + WIDTH * share(fmr), TOP + HEIGHT * (1 - share(fnmr))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("beats")
    p.add_argument("parameters")
    p.add_argument("--dealings", type=int, default=DEALINGS)
    a = p.parse_args()
    networks, named = read(a.parameters)
    rates = Bench(a.beats, networks).develop(BACKEND, a.dealings, names=tuple(CURVES))
    print('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 500 380" font-family="sans-serif" font-size="12"><rect width="500" height="380" fill="#fff"/>')
    for rate in 0.001, 0.01, 0.1, 1:
        (x, y), text = place(rate, rate), "%g %%" % (100 * rate)
        print(f'<path d="M{x:.0f} {TOP}V{TOP + HEIGHT}M{LEFT} {y:.0f}H{LEFT + WIDTH}" stroke="#ccc"/><text x="{x:.0f}" y="{TOP + HEIGHT + 16}" text-anchor="middle">{text}</text><text x="{LEFT - 6}" y="{y + 4:.0f}" text-anchor="end">{text}</text>')
    print(f'<text x="{LEFT + WIDTH / 2:.0f}" y="{TOP + HEIGHT + 36}" text-anchor="middle">false match rate</text><text transform="translate(14 {TOP + HEIGHT / 2:.0f}) rotate(-90)" text-anchor="middle">false non-match rate</text>')
    for row, (name, (title, colour)) in enumerate(CURVES.items()):
        r = rates[name]
        points = [place(f, r.fnmr(f)) for f in np.geomspace(LEAST, 0.99, 60)]
        marks = [place(r.fmr(t), r.refused(t)) for t in named[2:5:2] if r.fmr(t) >= LEAST / 2]
        print(f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="' + " ".join(f"{x:.1f},{y:.1f}" for x, y in points) + '"/>')
        print("".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in marks))
        print(f'<path d="M{LEGEND} {TOP + 14 + 15 * row}h20" stroke="{colour}" stroke-width="1.5"/><text x="{LEGEND + 26}" y="{TOP + 18 + 15 * row}">{title}</text>')
    print(f'<circle cx="{LEGEND + 10}" cy="{TOP + 14 + 15 * len(CURVES)}" r="3"/><text x="{LEGEND + 26}" y="{TOP + 18 + 15 * len(CURVES)}">thresholds named 1 and 0.1 %</text></svg>')


if __name__ == "__main__":
    main()
