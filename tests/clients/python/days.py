"""The Python SDK's way through three days of enrolment and their undo. It prints the lines
of ../days.txt.

PYTHONPATH=shared/sdk/python python3 tests/clients/python/days.py BASE FILES

TestTheSDKsOverDays of tests/contract/e2e makes both: BASE/N is the service on day N.
"""

import pathlib
import sys

from systole import Client

BASE, FILES = sys.argv[1], pathlib.Path(sys.argv[2])
ENROLMENT, PROBE, SECOND, OTHER = (FILES / f"{name}.csv" for name in ("enrolment", "probe", "second", "other"))
PASSWORD = "tachy-cardia!"


def said(answer, good="ok"):
    return good if answer.ok else f"{answer.code}, {answer.status}"


def another(days):
    return f"day {days['days']} of {days['of']}" if days else "no other day"


def line(what, text):
    print(f"{what}: {text}", flush=True)


def on(day):
    """The service on a day, and a log-in there."""
    client = Client(f"{BASE}/{day}")
    answer = client.log_in("python", PASSWORD)
    line(f"day {day}, log in", said(answer, another(answer.ok and answer.fields.get("enrolment"))))
    return client


client = Client(f"{BASE}/1")
line("day 1, sign up", said(client.sign_up("python", PASSWORD, "Python")))
line("day 1, add to no model", said(client.enrol(ENROLMENT, rate=500, add=True)))
line("day 1, enrol", said(client.enrol(ENROLMENT, rate=500)))
client = on(1)
line("day 1, add a day", said(client.enrol(SECOND, rate=500, add=True)))

client = on(2)
checked = client.check(PROBE, rate=500)
line("day 2, check", f"{str(checked.accepted).lower()}, {another(checked.enrolment)}" if checked.ok else said(checked))
line("day 2, somebody else", said(client.check(OTHER, rate=500)))
line("day 2, add a used recording", said(client.enrol(PROBE, rate=500, add=True)))
line("day 2, add a day", said(client.enrol(SECOND, rate=500, add=True)))
on(2)

client = on(3)
line("day 3, remove since no day", said(client.delete_model(since="yesterday")))
line("day 3, remove since day 2", said(client.delete_model(since="2026-03-02")))
on(3)
line("day 3, check with what was removed", said(client.check(SECOND, rate=500)))
line("day 3, remove since a time", said(client.delete_model(since="2026-03-01T18:00:00+09:00")))
line("day 3, is there a model", str(client.has_model()["exists"]).lower())
line("day 3, remove since day 2", said(client.delete_model(since="2026-03-02")))
