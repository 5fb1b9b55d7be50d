"""Writes what other public detectors find in the recordings that -strangers measures,
for -peers to score the same way:

    python tests/science/rpeaks/peers.py xqrs|neurokit FOLDER > PEAKS
    go run ./tests/science/rpeaks -strangers FOLDER -peers PEAKS

It needs wfdb 4.3.1 and neurokit2 0.3.0 (numpy 2.2.0).
"""
import glob
import json
import os
import sys
import warnings

import neurokit2
import numpy as np
import wfdb
import wfdb.processing

SECONDS = 10


def xqrs(mv, rate):
    return wfdb.processing.xqrs_detect(mv, fs=rate, verbose=False)


def neurokit(mv, rate):
    cleaned = neurokit2.ecg_clean(mv, sampling_rate=rate, method="neurokit")
    return neurokit2.ecg_peaks(cleaned, sampling_rate=rate, method="neurokit")[1]["ECG_R_Peaks"]


def peaks(detector, mv, rate):
    try:
        return [float(p) / rate for p in detector(mv, rate)]
    except Exception:  # a part in which a detector fails is one in which it finds nothing
        return []


def main(detector, folder):
    warnings.simplefilter("ignore")
    for name, files in ("qtdb", "qtdb/*.hea"), ("ludb", "ludb/data/*.hea"):
        for header in sorted(glob.glob(os.path.join(folder, files))):
            base = header[:-len(".hea")]
            if name == "qtdb" and not os.path.exists(base + ".atr"):
                continue
            record = wfdb.rdrecord(base)
            rate, length = int(record.fs), int(SECONDS * record.fs)
            for lead, mv in enumerate(record.p_signal.T):
                mv = np.ascontiguousarray(mv)
                parts = [(0, len(mv))]
                if len(mv) > length:
                    parts += [(start, length) for start in range(0, len(mv) - length + 1, length)]
                for start, samples in parts:
                    found = peaks(detector, mv[start:start + samples], rate)
                    print(json.dumps({"set": name, "record": os.path.basename(base), "lead": str(lead + 1), "start": start,
                                      "samples": samples, "seconds": [round(p, 4) for p in found]}))


if __name__ == "__main__":
    main({"xqrs": xqrs, "neurokit": neurokit}[sys.argv[1]], sys.argv[2])
