"""Facts about the service that schemathesis needs and its document cannot state."""

import gzip
import pathlib
import secrets

import requests
import requests.adapters
import schemathesis

PASSWORD = "tachy-cardia!"
CONSENT = "2026-11-26"
RECORDING = gzip.decompress(
    (pathlib.Path(__file__).parent / "../../support/recordings/testdata/person_01_enrolment.csv.gz").read_bytes()
)


class FromAnywhere(requests.adapters.HTTPAdapter):
    """Connects from an own loopback address (Linux has them all), since sign-ups from one address are limited."""

    def init_poolmanager(self, *args, **options):
        own = f"127.{1 + secrets.randbelow(250)}.{secrets.randbelow(250)}.1"
        super().init_poolmanager(*args, source_address=(own, 0), **options)


@schemathesis.auth(refresh_interval=None).skip_for(
    path_regex="^/(members/(create|login|recover)/|openid/.*|.well-known/.*|log-in|openapi.json|docs|console/.*|)$"
)
class Account:
    """A new account for each case: many cases end a session, or an account."""

    def get(self, case, context):
        session = requests.Session()
        session.mount("http://127.", FromAnywhere())
        answer = session.post(
            case.operation.base_url.rstrip("/") + "/members/create/",
            json={"username": secrets.token_hex(8), "password": PASSWORD, "name": "n"},
            timeout=30,
        )
        answer.raise_for_status()
        return answer.json()["token"]

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Authorization": "Token " + data}


def known(value, right):
    """Chooses the right value among those that the schema allows."""
    return right if isinstance(value, type(right)) and value else value


@schemathesis.hook
def map_body(context, body):
    if not isinstance(body, dict):
        return body
    # Other fields are ignored, but not every name can be sent as multipart.
    body = {name: value for name, value in body.items() if name.isidentifier() and name.isascii()}
    if context.operation.path in ("/members/password/", "/members/recovery_codes/", "/members/me/") and "password" in body:
        body["password"] = known(body["password"], PASSWORD)
    if context.operation.path == "/members/consent/" and "version" in body:
        body["version"] = known(body["version"], CONSENT)
    # Of the files that could be a recording, half are one and nothing else.
    sent = body.get("data")
    files = sent if isinstance(sent, list) else [sent]
    if files and all(isinstance(f, bytes) and len(f) % 2 == 1 for f in files) and "upload" not in body:
        body["data"] = [RECORDING] if isinstance(sent, list) else RECORDING
    return body
