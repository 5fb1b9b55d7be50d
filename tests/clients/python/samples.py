"""What /docs shows to copy in Python, from "# sample: NAME" to "# end". It is run in a folder
with recordings and systole.py: tests/clients/run.sh does so."""

# sample: quick-start
# curl -O http://127.0.0.1:8080/sdk/systole.py
import os
from systole import Client

API = os.environ.get("API", "http://127.0.0.1:8080")
client = Client(API)

# 1. Sign up. The client keeps the token.
client.sign_up("hong-gil-sun", "tachy-cardia!", "홍길순")

# 2. Enrol with an ECG of at least ten seconds, better thirty: a path or bytes.
client.enrol("enrolment.csv", rate=500)

# 3. Is it them? Ask with another recording.
answer = client.check("probe.csv", rate=500)
if not answer.ok:
    print(answer.code, answer.message, answer.wait)
else:
    print("it is them" if answer.accepted else "it is somebody else")

# 4. Log out.
client.log_out()
# end

import datetime
import itertools
import json
import pathlib
import urllib.request

from systole import Cancellation

assert answer.accepted
people = itertools.count(1)


def must(answer):
    assert answer.ok, answer


def member():
    """A client of somebody who is signed up, and enrolled."""
    client = Client(API)
    must(client.sign_up(f"python-{next(people)}", "tachy-cardia!", "Hong"))
    must(client.enrol("enrolment.csv", rate=500))
    return client


# sample: signUp
answer = client.sign_up("kim", "tachy-cardia!", "김철수", age=42)
if answer.ok:
    print(answer["user"], answer["token"])
else:
    print(answer.code, answer.message)  # such as username_taken
# end
must(answer)

# sample: logIn
answer = client.log_in("kim", "tachy-cardia!")
if answer.ok:
    print(answer["user"], answer["token"])
# end
must(answer)

# sample: inspect
answer = client.inspect("enrolment.csv", rate=500)
if answer.ok:
    print(answer["format"], answer["heart_rate"], answer["enrolment"]["usable"])
# end
must(answer)

# sample: consent
answer = client.consent()
if answer.ok:
    print(answer["text"], answer["consent"])
# end
must(answer)

version = answer["current_version"]
# sample: giveConsent
answer = client.give_consent(version)
# end
must(answer)

# sample: makeModel
answer = client.enrol("enrolment.csv", rate=500, progress=print)
if not answer.ok:
    print(answer.code, answer.message, answer.details.get("seconds_missing"))
# end
must(answer)

# sample: hasModel
answer = client.has_model()
if answer.ok:
    print(answer["exists"])
# end
assert answer["exists"]

# sample: getModel
answer = client.has_model()
if answer.ok:
    print(answer["exists"])
# end
assert answer["exists"]

# sample: checkUser
answer = client.check("probe.csv", rate=500)
if answer.ok:
    print("it is them" if answer.accepted else "it is somebody else")
else:
    print(answer.code, answer.message)
# end
assert answer.accepted

# sample: challenge
answer = client.challenge()
if answer.ok:
    print(answer["nonce"])
# end
must(answer)

# sample: upload
answer = client.upload("holter.csv")  # enrol and check do so by themselves
if answer.ok:
    print(answer["upload"])
# end
must(answer)

# sample: activity
answer = client.activity()
if answer.ok:
    for event in answer["activity"]:
        print(event["at"], event["event"])
# end
must(answer)

# sample: listSessions
answer = client.sessions()
if answer.ok:
    for session in answer["sessions"]:
        print(session["id"], session["used"], session["current"])
# end
must(answer)

# sample: export
answer = client.export()
if answer.ok:
    print(json.dumps(answer.fields, indent=2, ensure_ascii=False))
# end
must(answer)

# sample: changePassword
answer = client.change_password("tachy-cardia!", "brady-cardia!")
# end
must(answer)

# sample: deleteModel
answer = client.delete_model()
# end
must(answer)

# sample: withdrawConsent
answer = client.withdraw_consent()
# end
must(answer)

# sample: countRecoveryCodes
answer = client.recovery_codes()
if answer.ok:
    print(answer["left"])
# end
must(answer)

# sample: makeRecoveryCodes
answer = client.make_recovery_codes("brady-cardia!")
if answer.ok:
    print("\n".join(answer["recovery_codes"]))  # to keep on paper: they come once
# end
must(answer)
code = answer["recovery_codes"][0]

# sample: endSession
answer = client.end_session("others")  # or the id of one
# end
must(answer)

# sample: endSessions
answer = client.end_sessions()
# end
must(answer)

# sample: recoverPassword
answer = client.recover("kim", code, "brady-cardia!")
if answer.ok:
    client.log_in("kim", "brady-cardia!")
# end
must(answer)

must(client.log_in("kim", "brady-cardia!"))
# sample: logOut
answer = client.log_out()
# end
must(answer)

must(client.log_in("kim", "brady-cardia!"))
# sample: logOutByPost
answer = client.log_out()
# end
must(answer)

must(client.log_in("kim", "brady-cardia!"))
# sample: deleteAccount
answer = client.delete_account("brady-cardia!")
# end
must(answer)

# sample: publicKeys
with urllib.request.urlopen(API + "/.well-known/jwks.json", timeout=30) as answer:
    keys = json.load(answer)["keys"]
# end
assert keys

# sample: openapi
with urllib.request.urlopen(API + "/openapi.json", timeout=30) as answer:
    document = json.load(answer)
# end
assert document["paths"]

# sample: sdk
with urllib.request.urlopen(API + "/sdk/systole.py", timeout=30) as answer:
    pathlib.Path("systole.py").write_bytes(answer.read())
# end
assert b"class Client:" in pathlib.Path("systole.py").read_bytes()

# sample: console
with urllib.request.urlopen(API + "/", timeout=30) as answer:
    page = answer.read()
# end
assert page.lower().startswith(b"<!doctype html>")

# sample: docs
with urllib.request.urlopen(API + "/docs", timeout=30) as answer:
    page = answer.read()
# end
assert page.lower().startswith(b"<!doctype html>")

client = member()
# sample: large-files
# What is larger than a request goes by upload, straight from the disk.
stop = Cancellation()
answer = client.enrol(
    "holter.csv",
    rate=500,
    progress=lambda share: print(f"{share:.0%}"),
    cancel=stop,  # stop.cancel(), from another thread
)
# end
must(answer)

client = member()


def record():
    return pathlib.Path("second.csv")


# sample: nonce
nonce = client.challenge()["nonce"]
recording = record()  # afterwards: that is the point
answer = client.check(recording, rate=500, nonce=nonce)
if not answer.ok and answer.code == "challenge_invalid":
    print("too late: draw another one, and record anew")
# end
assert answer.accepted

client = member()
before = datetime.datetime.now(datetime.timezone.utc).isoformat()
# sample: days
answer = client.check("second.csv", rate=500)
if answer.ok and answer.enrolment:  # another day would help
    print("day", answer.enrolment["days"], "of", answer.enrolment["of"])

added = client.enrol("probe.csv", rate=500, add=True)
if not added.ok and added.code == "day_too_soon":
    print(added.message)

answer = client.delete_model(since=before)  # what was added then or later
# end
assert added.code == "day_too_soon"
must(answer)

client = member()
order_nonce = "n-0S6_WzA2Mj"
# sample: assertion
answer = client.check("probe.csv", rate=500, audience="https://shop.example", audience_nonce=order_nonce)
if answer.accepted:
    print(answer.assertion)  # for the shop, which verifies it
# end
assert answer.assertion.count(".") == 2

client = member()
# sample: retries
answer = client.enrol("enrolment.csv", rate=500)
if not answer.ok and answer.wait > 0:
    print(f"again in {answer.wait} s")
if not answer.ok and answer.status == 0:
    print("no answer:", client.has_model())
# end
must(answer)
