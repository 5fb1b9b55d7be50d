"""Writes two recordings of one person with programs of others: h5py, SciPy,
NumPy and Python's wave module, so that the readers are tried on files that none
of this project's code has written. MFER is written by hand.

    pip install h5py==3.16.0 scipy==1.17.1 numpy==2.4.6
    python3 write.py ../../../../../tests/support/recordings/testdata
"""
import gzip, io, pathlib, struct, sys, wave
import h5py, numpy, scipy.io

here, source, rate = pathlib.Path(__file__).parent, pathlib.Path(sys.argv[1]), 500


def save(folder, name, extension, content):
    (here / folder).mkdir(exist_ok=True)
    (here / folder / f"{name}.{extension}").write_bytes(content)


def hdf5(write, **options):
    file = io.BytesIO()
    with h5py.File(file, "w", **options) as f:
        write(f)
    return file.getvalue()


def mfer(uv, little):
    order = "<" if little else ">"
    element = lambda tag, value: bytes([tag]) + (bytes([len(value)]) if len(value) < 128 else b"\x84" + struct.pack(">I", len(value))) + value
    channel = lambda number, value: bytes([0x3F, number, len(value)]) + value
    n = len(uv) // 10
    blocks = b"".join(struct.pack(f"{order}{n}h", *(-uv[i * n:(i + 1) * n])) + struct.pack(f"{order}{n}h", *uv[i * n:(i + 1) * n]) for i in range(10))
    return b"".join([
        element(0x40, b"MFR ECG".ljust(32)), element(0x01, bytes([1 if little else 0])), element(0x17, b"Somebody^ECG-1^1"),
        element(0x05, bytes([2])), element(0x04, struct.pack(order + "I", n)), element(0x06, struct.pack(order + "H", 10)),
        element(0x0A, b"\0"), element(0x0B, struct.pack(order + "BbH", 1, -3, 2)), element(0x0C, struct.pack(order + "BbH", 0, -6, 1)),
        channel(0, element(0x09, struct.pack(order + "H", 62))), channel(1, element(0x09, struct.pack(order + "H", 1))),
        element(0x1E, blocks), b"\x80\x00"])


for name, kind in {"enrol": "enrolment", "check": "probe"}.items():
    volts = [float(line.strip('"')) for line in gzip.open(source / f"person_01_{kind}.csv.gz", "rt").read().split()]
    mv = numpy.array(volts)  # the app amplifies by about a thousand
    uv = numpy.round(mv * 1000).astype(numpy.int16)
    f32 = mv.astype(numpy.float32)
    resp = numpy.sin(numpy.arange(len(mv)) / 200).astype(numpy.float32)

    def chunked(f):
        d = f.create_dataset("ecg", data=f32, chunks=(1000,), compression="gzip", shuffle=True, fletcher32=True)
        d.attrs["sampling_rate"] = float(rate)
    save("hdf5", name, "h5", hdf5(chunked))

    def latest(f):
        f.create_group("session").create_dataset("ecg", data=numpy.stack([uv, uv]).T)
        f["fs"] = rate
    save("hdf5-latest", name, "h5", hdf5(latest, libver="latest"))

    def matlab(f):
        for key, value in {"ecg": f32.reshape(1, -1), "Fs": numpy.array([[float(rate)]])}.items():
            d = f.create_dataset(key, data=value, chunks=value.shape, compression="gzip")
            d.attrs["MATLAB_class"] = numpy.bytes_("single")
    save("matlab73", name, "mat", hdf5(matlab, userblock_size=512))

    def mat(variables):
        file = io.BytesIO()
        scipy.io.savemat(file, variables, do_compression=True)
        return file.getvalue()
    n = len(mv)
    save("labchart", name, "mat", mat({
        "data": numpy.concatenate([resp, f32]).reshape(1, -1), "datastart": numpy.array([[1.0], [n + 1.0]]), "dataend": numpy.array([[n * 1.0], [2.0 * n]]),
        "samplerate": numpy.array([[float(rate)], [float(rate)]]), "titles": numpy.array(["Respiration", "ECG"]), "unittext": numpy.array(["mV"])}))
    save("acqknowledge", name, "mat", mat({
        "data": numpy.stack([resp, f32]).T, "isi": 1000.0 / rate, "isi_units": "ms", "labels": numpy.array(["RSP - respiration", "ECG - lead I"]),
        "units": numpy.array(["Volts", "mV"]), "start_sample": 0.0}))
    file = io.BytesIO()
    numpy.save(file, mv.astype(numpy.float16))
    save("float16", name, "npy", file.getvalue())
    file = io.BytesIO()
    with wave.open(file, "wb") as w:
        w.setnchannels(1), w.setsampwidth(2), w.setframerate(rate)
        w.writeframes(uv.tobytes())
    save("wav", name, "wav", file.getvalue())
    save("mfer", name, "mwf", mfer(uv, little=name == "check"))
