"""A client of the service in Python, without other packages: from sign-up to deletion.

python3 tests/clients/python/client.py http://127.0.0.1:8080 tests/support/recordings/testdata
"""

import json
import pathlib
import sys
import urllib.error
import urllib.request
import uuid


class Refused(Exception):
    """An answer that is no success: `word` for a machine, the message for a person."""

    def __init__(self, body):
        super().__init__(body["detail"])
        self.word = body["error"]
        self.body = body


class Client:
    """Calls the service for one person."""

    def __init__(self, base):
        self.base = base
        self.token = None

    def call(self, method, path, kind, body):
        request = urllib.request.Request(self.base + path, body, method=method)
        request.add_header("Accept-Language", "en")
        request.add_header("Content-Type", kind)
        if self.token:
            request.add_header("Authorization", f"Token {self.token}")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            raise Refused(json.load(refusal)) from None

    def send(self, method, path, **fields):
        return self.call(method, path, "application/json", json.dumps(fields).encode())

    def upload(self, path, recording):
        """Sends a recording of 500 samples a second."""
        boundary = uuid.uuid4().hex
        part = f'--{boundary}\r\nContent-Disposition: form-data; name="'
        body = (
            f'{part}sampling_rate"\r\n\r\n500\r\n{part}data"; filename="recording.csv"\r\n\r\n'.encode()
            + recording
            + f"\r\n--{boundary}--\r\n".encode()
        )
        return self.call("POST", path, f"multipart/form-data; boundary={boundary}", body)

    def sign_up(self, **person):
        self.token = self.send("POST", "/members/create/", **person)["token"]

    def enrol(self, recording):
        self.upload("/authenticate/make_model/", recording)

    def check(self, recording):
        return self.upload("/authenticate/check_user/", recording)["result"] == "true"


def main(base, folder):
    folder = pathlib.Path(folder)
    client = Client(base)
    client.sign_up(username="python", password="tachy-cardia!", name="Python")
    enrolment = (folder / "person_01_enrolment.csv").read_bytes()
    client.enrol(enrolment)
    print("enrolled")
    for number in ("01", "04"):
        it_is = client.check((folder / f"person_{number}_probe.csv").read_bytes())
        print(f"person {number}: {str(it_is).lower()}")
    try:
        client.check(enrolment[: len(enrolment) // 4])
    except Refused as why:
        print(f"refused: {why.word}, {why.body['seconds_missing']:.0f} s missing")
    client.send("DELETE", "/members/me/", password="tachy-cardia!")
    print("deleted")


if __name__ == "__main__":
    main(*sys.argv[1:])
