"""Reads what `go run ./infra/train/beats` wrote."""
import csv
from dataclasses import dataclass

import numpy as np

WIDTH = 175  # values of a beat, at 250 Hz, the R peak at BEFORE
BEFORE = 62


@dataclass
class Span:
    """A recording, or a part of it, as the front end cut it."""

    person: str
    session: str
    name: str
    start_s: float
    end_s: float
    trust: float
    rate: float  # heart rate per minute
    reason: str  # why it is no probe, or ""
    fold: int  # of PTB-XL, else 0
    age: int
    sex: str
    normal: bool
    beats: np.ndarray  # n rows of WIDTH values

    @property
    def whole(self):
        return self.end_s == 600

    @property
    def mean(self):
        return self.beats.mean(0)


def load(stem):
    rows = np.fromfile(stem + ".f32", np.float32).reshape(-1, WIDTH)
    spans = []
    with open(stem + ".csv") as lines:
        for r in csv.DictReader(lines):
            a = int(r["start"])
            spans.append(Span(
                r["person"], r["session"], r["name"], float(r["from"]), float(r["to"]), float(r["trust"]), float(r["rate"]),
                r["reason"], int(r["fold"]), int(r["age"]), r["sex"], r["normal"] == "true", rows[a:a + int(r["beats"])]))
    return spans
