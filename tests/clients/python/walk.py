"""The Python SDK's way through the service and the faults in front of it. It prints the
lines of ../walk.txt.

PYTHONPATH=shared/sdk/python python3 tests/clients/python/walk.py BASE FILES

TestTheSDKs of tests/contract/e2e makes both: BASE/FAULT is the service behind a fault.
"""

import itertools
import pathlib
import sys
import threading

from systole import Cancellation, Client

BASE, FILES = sys.argv[1], pathlib.Path(sys.argv[2])
ENROLMENT, PROBE, SECOND, OTHER, BRIEF, LARGE_ENROLMENT, LARGE_PROBE = (
    FILES / f"{name}.csv" for name in ("enrolment", "probe", "second", "other", "brief", "large-enrolment", "large-probe")
)
PASSWORD = "tachy-cardia!"
people = itertools.count(1)


def behind(fault, **settings):
    return Client(f"{BASE}/{fault}", **settings)


def said(answer, good="ok"):
    """Returns an answer in the form of a line."""
    if answer.ok:
        return good
    wait = "" if not answer.wait else f", wait {'long' if answer.wait > 5 else round(answer.wait)}"
    return f"{answer.code}, {answer.status}{wait}"


def decided(answer):
    return said(answer, "accepted" if answer.accepted else "not accepted")


def line(what, text):
    print(f"{what}: {text}", flush=True)


def exists(answer):
    return said(answer) if not answer.ok else str(answer["exists"]).lower()


def member(enrolled=True):
    """Signs somebody up, and enrols them unless told not to."""
    client = behind("none")
    client.sign_up(f"python{next(people)}", PASSWORD, "Python")
    if enrolled:
        client.enrol(ENROLMENT, rate=500)
    return client


class Watched:
    """Checks that the progress only grows, and reaches the end."""

    def __init__(self):
        self.last, self.grew = 0, True

    def __call__(self, share):
        self.grew = self.grew and share >= self.last
        self.last = share

    def done(self):
        return "all of it sent" if self.grew and self.last == 1 else f"sent {self.last}"


def after(seconds):
    """A cancellation that happens then."""
    cancel = Cancellation()
    timer = threading.Timer(seconds, cancel.cancel)
    timer.daemon = True
    timer.start()
    return cancel


client = behind("none")
line("sign up", said(client.sign_up("python", PASSWORD, "Python")))
line("the name again", said(behind("none").sign_up("python", PASSWORD, "Python")))
line("a wrong password", said(behind("none").log_in("python", "brady-cardia!")))
line("log in", said(client.log_in("python", PASSWORD)))
line("is there a model", exists(client.has_model()))
line("check without a model", said(client.check(PROBE, rate=500)))
sending = Watched()
answer = client.enrol(ENROLMENT, rate=500, progress=sending)
line("enrol", said(answer, f"ok, {sending.done()}"))
line("is there a model", exists(client.has_model()))
line("check", decided(client.check(PROBE, rate=500)))
line("somebody else", decided(client.check(OTHER, rate=500)))
short = client.check(BRIEF.read_bytes(), rate=500)
line("a short recording", f"{said(short)}, {short.details['seconds_missing']:g} s missing")
nonce = client.challenge()["nonce"]
line("with a nonce", decided(client.check(SECOND, rate=500, nonce=nonce)))
line("the nonce again", said(client.check(OTHER, rate=500, nonce=nonce)))
for failed in range(1, 6):
    client.check(OTHER, rate=500 + failed)  # each another check
line("after five failures", said(client.check(OTHER, rate=506)))
answer = client.log_out()
line("log out", said(answer, f"ok, token {'null' if client.token is None else client.token}"))
line("is there a model", exists(client.has_model()))
line("nobody there", said(Client("http://127.0.0.1:1").log_in("python", PASSWORD)))

for fault in ("busy", "throttled", "request-lost", "answer-lost", "answer-cut", "page"):
    faulty = behind(fault, token=member().token)
    line(f"{fault}, is there a model", exists(faulty.has_model()))
    line(f"{fault}, check", decided(faulty.check(PROBE, rate=500)))
    line(f"{fault}, enrol", said(faulty.enrol(ENROLMENT, rate=500)))
    line(f"{fault}, sign up", said(faulty.sign_up(f"python-{fault}", PASSWORD, "Python")))

lost = member()
nonce = lost.challenge()["nonce"]
line("answer-lost, check with a nonce", said(behind("answer-lost-once-more", token=lost.token).check(PROBE, rate=500, nonce=nonce)))

portal = behind("portal", token=lost.token)
line("something else answers a log-in", said(portal.log_in("python", PASSWORD)))
line("and a check", decided(portal.check(PROBE, rate=500)))
line("slow, is there a model", exists(behind("slow", token=lost.token, timeout=0.5).has_model()))
line("slow, enrol", said(behind("slow", token=lost.token, timeout=0.5).enrol(ENROLMENT, rate=500)))
line("cancelled", said(behind("slow", token=lost.token).check(SECOND, rate=500, cancel=after(0.3))))
line("cancelled between", said(behind("always-busy", token=lost.token).check(SECOND, rate=500, cancel=after(0.3))))
cancel = Cancellation()
cancel.cancel()
line("cancelled before", said(behind("none", token=lost.token).check(SECOND, rate=500, cancel=cancel)))

for fault in ("none", "upload-cut", "upload-answer-lost", "upload-vanished"):
    faulty = behind(fault, token=member(enrolled=False).token)
    sending = Watched()
    answer = faulty.enrol(LARGE_ENROLMENT, rate=500, progress=sending)
    line(f"{fault}, enrol with a large file", said(answer, f"ok, {sending.done()}" if fault == "none" else "ok"))
    line(f"{fault}, check with a large file", decided(faulty.check(LARGE_PROBE, rate=500)))
line("upload-stuck, cancelled", said(behind("upload-stuck", token=lost.token).enrol(LARGE_ENROLMENT, rate=500, cancel=after(1))))
line("too large for a function", decided(behind("narrow", token=member().token).check(PROBE, rate=500)))
line("too large for the gateway", decided(behind("narrower", token=member().token).check(PROBE, rate=500)))
line("larger than an upload", said(lost.upload(LARGE_ENROLMENT.read_bytes() * 14)))

try:
    if behind("none").check(OTHER):
        line("a result taken for a verdict", "lets everybody in")
except TypeError:
    pass
