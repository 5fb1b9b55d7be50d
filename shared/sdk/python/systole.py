"""Systole's client for Python 3.9 or later: one module, the standard library alone.

    from systole import Client

    client = Client("https://api.example.com")
    answer = client.check("probe.csv", rate=500)
    if not answer.ok:
        print(answer.code, answer.message, answer.wait)
    else:
        print("it is them" if answer.accepted else "it is somebody else")

Failures of the service or the network are values, with ok False; no method raises
for them. A result has no truth value of its own, so that `if client.check(...)`
is a TypeError and lets nobody in.
"""

from __future__ import annotations

import http.client
import io
import json
import os
import random
import socket
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Callable, Iterable, Optional, Union

__all__ = ["Answer", "Cancellation", "Checked", "Client", "Failure", "LARGEST_REQUEST"]

LARGEST_REQUEST = 4_400_000
"""The most bytes of files in a request; larger files are uploaded before it."""

_ATTEMPTS = 3  # of a request that is safe to repeat
_LONGEST_WAIT = 10  # seconds that a repetition is worth
_REPEAT_WITHIN = 45  # seconds: the service takes the same check for one check within a minute
_CHUNK = 64 << 10  # bytes between two tellings of the progress

File = Union[bytes, str, "os.PathLike[str]"]
"""A file's content, or its path."""


class _Result:
    def __bool__(self) -> bool:
        raise TypeError("a result is neither true nor false: ask its .ok, or .accepted of a check")


@dataclass(frozen=True)
class Failure(_Result):
    """Why a call failed."""

    code: str
    """A stable word of the service, or unreachable, timed_out, cancelled, answer_unreadable."""
    message: str = ""
    """A sentence for a person."""
    status: int = 0
    """The HTTP status, 0 if no answer came."""
    wait: float = 0
    """Seconds to wait before the next try, 0 for none."""
    details: dict[str, Any] = field(default_factory=dict)
    """The answer's fields beside the word, such as seconds_missing."""
    ok = False
    accepted = False


@dataclass(frozen=True)
class Answer(_Result):
    """A success, with the fields of the service's answer."""

    fields: dict[str, Any] = field(repr=False)
    ok = True

    def __getitem__(self, name: str) -> Any:
        return self.fields[name]


@dataclass(frozen=True)
class Checked(_Result):
    """A check that was decided."""

    accepted: bool
    assertion: Optional[str] = None
    """If the check had an audience: a signed token that the audience verifies."""
    enrolment: Optional[dict] = None
    """If another day of enrolment would help: the number of days so far, and the number asked for."""
    ok = True


class Cancellation:
    """Cancels the calls that it was given to, from another thread."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def cancel(self) -> None:
        with self._lock:
            self._cancelled.set()
            for s in self._sockets:
                _shut(s)

    def wait(self, seconds: float) -> bool:
        """Waits, and reports whether it was cancelled."""
        return self._cancelled.wait(seconds)

    def _watch(self, s: socket.socket) -> None:
        with self._lock:
            self._sockets.add(s)
            if self.cancelled:
                _shut(s)

    def _leave(self, s: socket.socket) -> None:
        with self._lock:
            self._sockets.discard(s)


Result = Union[Answer, Failure]
Progress = Callable[[float], None]


class Client:
    """Calls the service for one person."""

    def __init__(self, base: str, *, token: Optional[str] = None, language: str = "en", timeout: float = 30) -> None:
        """timeout is the longest time without an answer, or without progress while sending, in seconds."""
        self.base = base.rstrip("/")
        self.token = token
        self.language = language
        self.timeout = timeout

    def sign_up(self, username: str, password: str, name: str, *, cancel: Optional[Cancellation] = None, **more: Any) -> Result:
        """Signs up and logs in. more are age and gender."""
        person = {"username": username, "password": password, "name": name, **more}
        return self._logged_in(self._call("POST", "/members/create/", person, cancel=cancel))

    def log_in(self, username: str, password: str, *, cancel: Optional[Cancellation] = None) -> Result:
        return self._logged_in(self._call("POST", "/members/login/", {"username": username, "password": password}, cancel=cancel))

    def log_out(self, *, cancel: Optional[Cancellation] = None) -> Result:
        """Ends the session. It succeeds for a session that has ended already."""
        answer = self._call("POST", "/members/logout/", {}, repeat=True, cancel=cancel)
        if not answer.ok and answer.code != "token_invalid":
            return answer
        self.token = None
        return Answer({})

    def has_model(self, *, cancel: Optional[Cancellation] = None) -> Result:
        """Reports whether there is a model to check against, in the field exists."""
        answer = _having("code", self._call("GET", "/authenticate/check_user/", repeat=True, cancel=cancel))
        return Answer({"exists": answer["code"] == 200}) if answer.ok else answer

    def enrol(self, *files: File, rate: Optional[float] = None, lead: Optional[str] = None, recording: Optional[str] = None,
              add: bool = False, progress: Optional[Progress] = None, cancel: Optional[Cancellation] = None) -> Result:
        """Makes the person's model of one or more recordings, or with add joins them to it
        as another day.

        The client never repeats it: after a failure without an answer, call
        has_model."""
        fields = {"sampling_rate": rate, "lead": lead, "recording": recording, "mode": "add" if add else None}
        return self._submit("/authenticate/make_model/", files, fields, repeat=False, progress=progress, cancel=cancel)

    def check(self, *files: File, rate: Optional[float] = None, lead: Optional[str] = None, recording: Optional[str] = None,
              fmr: Optional[float] = None, nonce: Optional[str] = None, prove: bool = False,
              audience: Optional[str] = None, audience_nonce: Optional[str] = None,
              progress: Optional[Progress] = None, cancel: Optional[Cancellation] = None) -> Union[Checked, Failure]:
        """Compares one recording, a file or header and samples, with the person's model.

        Equal checks within a minute are one check, so the client repeats it if no
        answer came. With an audience an accepted check has an assertion."""
        fields = {"sampling_rate": rate, "lead": lead, "recording": recording, "fmr": fmr, "nonce": nonce,
                  "prove": "true" if prove else None, "audience": audience, "audience_nonce": audience_nonce}
        answer = _having("result", self._submit("/authenticate/check_user/", files, fields, repeat=True, progress=progress, cancel=cancel))
        if not answer.ok:
            return answer
        return Checked(answer["result"] == "true", answer.fields.get("assertion"), answer.fields.get("enrolment"))

    def challenge(self, *, cancel: Optional[Cancellation] = None) -> Result:
        """Draws a nonce for one check, before the recording is made."""
        return _having("nonce", self._call("POST", "/authenticate/challenge/", {}, repeat=True, cancel=cancel))

    def upload(self, file: File, *, progress: Optional[Progress] = None, cancel: Optional[Cancellation] = None) -> Result:
        """Uploads a file that is too large for a request. Its id, the field upload, stands for it
        in one request. enrol and check upload large files by themselves."""
        size, open_file = _opened(file)
        place = _having("url", self._call("POST", "/authenticate/uploads/", {"size": size}, cancel=cancel))
        if not place.ok:
            return place

        whole = False  # whether all of it was sent once

        def sent(share: float) -> None:
            nonlocal whole
            whole = whole or share == 1
            if progress:
                progress(share)

        def attempt() -> Result:
            before = whole
            with open_file() as content:
                state = _stored(self._send(place["method"], place["url"], place["headers"], content, size, sent, cancel))
            # An address takes one file: if it refuses this one, an earlier attempt has arrived.
            if before and not state.ok and state.code != "cancelled" and state.status in (0, 409, 412):
                return Answer({})
            return state

        stored = _repeated(attempt, cancel)
        return Answer({"upload": place["upload"]}) if stored.ok else stored

    def delete_model(self, *, since: Optional[str] = None, cancel: Optional[Cancellation] = None) -> Result:
        """Deletes the model and the recordings it was made of; with since, a day or a time, only what was added then or later."""
        query = "" if since is None else "?" + urllib.parse.urlencode({"since": since})
        return self._call("DELETE", "/authenticate/model/" + query, cancel=cancel)

    def change_password(self, password: str, replacement: str, *, cancel: Optional[Cancellation] = None) -> Result:
        """Changes the password; every other session ends."""
        return self._call("POST", "/members/password/", {"password": password, "new_password": replacement}, cancel=cancel)

    def recovery_codes(self, *, cancel: Optional[Cancellation] = None) -> Result:
        """Returns the number of recovery codes left."""
        return self._call("GET", "/members/recovery_codes/", repeat=True, cancel=cancel)

    def make_recovery_codes(self, password: str, *, cancel: Optional[Cancellation] = None) -> Result:
        """Makes ten recovery codes, which replace all earlier ones."""
        return self._call("POST", "/members/recovery_codes/", {"password": password}, cancel=cancel)

    def recover(self, username: str, code: str, replacement: str, *, cancel: Optional[Cancellation] = None) -> Result:
        """Sets a new password in exchange for a recovery code; every session ends."""
        fields = {"username": username, "recovery_code": code, "new_password": replacement}
        return self._left(self._call("POST", "/members/recover/", fields, cancel=cancel))

    def sessions(self, *, cancel: Optional[Cancellation] = None) -> Result:
        return self._call("GET", "/members/sessions/", repeat=True, cancel=cancel)

    def end_session(self, session: str, *, cancel: Optional[Cancellation] = None) -> Result:
        """Ends one session by its id, or all but this one: "others"."""
        return self._call("POST", "/members/sessions/end/", {"session": session}, cancel=cancel)

    def end_sessions(self, *, cancel: Optional[Cancellation] = None) -> Result:
        """Ends every session, including this one."""
        return self._left(self._call("DELETE", "/members/sessions/", cancel=cancel))

    def activity(self, *, cancel: Optional[Cancellation] = None) -> Result:
        """Lists the account's events."""
        return self._call("GET", "/members/activity/", repeat=True, cancel=cancel)

    def consent(self, *, cancel: Optional[Cancellation] = None) -> Result:
        """Returns the consent on record, and its text."""
        return self._call("GET", "/members/consent/", repeat=True, cancel=cancel)

    def give_consent(self, version: str, *, cancel: Optional[Cancellation] = None) -> Result:
        return self._call("POST", "/members/consent/", {"version": version}, cancel=cancel)

    def withdraw_consent(self, *, cancel: Optional[Cancellation] = None) -> Result:
        """Withdraws consent, which deletes model and recordings."""
        return self._call("DELETE", "/members/consent/", cancel=cancel)

    def export(self, *, cancel: Optional[Cancellation] = None) -> Result:
        """Returns all stored data about the person."""
        return self._call("GET", "/members/me/export/", repeat=True, cancel=cancel)

    def delete_account(self, password: str, *, cancel: Optional[Cancellation] = None) -> Result:
        return self._left(self._call("DELETE", "/members/me/", {"password": password}, cancel=cancel))

    def inspect(self, *files: File, rate: Optional[float] = None, lead: Optional[str] = None, recording: Optional[str] = None,
                cancel: Optional[Cancellation] = None) -> Result:
        """Shows how the service reads a recording. It needs no account, and the service stores nothing."""
        body = _multipart({"sampling_rate": rate, "lead": lead, "recording": recording}, files)
        return self._call("POST", "/console/inspect/", body, repeat=True, cancel=cancel)

    def _logged_in(self, answer: Result) -> Result:
        answer = _having("token", answer)
        if answer.ok:
            self.token = answer["token"]
        return answer

    def _left(self, answer: Result) -> Result:
        if answer.ok:
            self.token = None
        return answer

    def _submit(self, path: str, files: Iterable[File], fields: dict[str, Any], *, repeat: bool,
                progress: Optional[Progress], cancel: Optional[Cancellation]):
        """Sends recordings in a request if they fit, otherwise by upload before it."""
        files = list(files)
        sizes = [_opened(file)[0] for file in files]
        total = sum(sizes)
        if total <= LARGEST_REQUEST:
            answer = self._call("POST", path, _multipart(fields, files), repeat=repeat, progress=progress, cancel=cancel)
            # A gateway on the way may take less; if so, it has passed nothing on.
            if answer.ok or answer.status != 413:
                return answer
        def by_upload() -> Result:
            ids, sent = [], 0
            for file, size in zip(files, sizes):
                def share(of_file: float, before: int = sent, size: int = size) -> None:
                    progress((before + of_file * size) / total)
                stored = self.upload(file, progress=share if progress else None, cancel=cancel)
                if not stored.ok:
                    return stored
                ids.append(stored["upload"])
                sent += size
            return self._call("POST", path, _multipart({**fields, "upload": ",".join(ids)}, []), repeat=repeat, cancel=cancel)

        answer = by_upload()
        # A lost upload is sent once more: the service has not looked at the request.
        return by_upload() if not answer.ok and answer.code == "upload_missing" else answer

    def _call(self, method: str, path: str, content: Union[dict, tuple[str, bytes], None] = None, *, repeat: bool = False,
              progress: Optional[Progress] = None, cancel: Optional[Cancellation] = None):
        """Makes a request with fields, sent as JSON, or a whole body, and reads its answer."""
        headers = {"Accept-Language": self.language, "Accept-Encoding": "identity"}
        if self.token:
            headers["Authorization"] = f"Token {self.token}"
        body = None
        if isinstance(content, tuple):
            headers["Content-Type"], body = content
        elif content is not None:
            headers["Content-Type"], body = "application/json", json.dumps(content).encode()

        def attempt():
            sent = io.BytesIO(body) if body is not None else None
            answer = self._send(method, self.base + path, headers, sent, len(body or b""), progress, cancel)
            return answer if isinstance(answer, Failure) else _read(*answer)

        return _repeated(attempt, cancel) if repeat else attempt()

    def _send(self, method: str, url: str, headers: dict[str, str], body: Optional[BinaryIO], size: int,
              progress: Optional[Progress], cancel: Optional[Cancellation]) -> Union[tuple[int, float, bytes], Failure]:
        """Sends a request by a connection of its own and returns status, wait and body."""
        cancel = cancel or Cancellation()
        to = urllib.parse.urlsplit(url)
        kind = http.client.HTTPSConnection if to.scheme == "https" else http.client.HTTPConnection
        connection = kind(to.hostname, to.port, timeout=self.timeout)
        opened = None
        try:
            if cancel.cancelled:
                return Failure("cancelled", "cancelled")
            connection.connect()
            opened = connection.sock
            cancel._watch(opened)
            target = urllib.parse.urlunsplit(("", "", to.path or "/", to.query, ""))
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(size))
            connection.putheader("Connection", "close")
            connection.endheaders()
            broken = _pass(connection, body, size, progress)
            return self._answer(connection, opened, broken)
        except (OSError, http.client.HTTPException) as why:
            late = isinstance(why, (TimeoutError, socket.timeout))  # one class from 3.10 on
            code = "cancelled" if cancel.cancelled else "timed_out" if late else "unreachable"
            return Failure(code, str(why) or code)
        finally:
            if opened is not None:
                cancel._leave(opened)
            connection.close()

    def _answer(self, connection: http.client.HTTPConnection, opened: socket.socket, broken: Optional[OSError]) -> tuple[int, float, bytes]:
        """Reads an answer within the time limit, however slowly it drips."""
        expired = threading.Event()
        late = threading.Timer(self.timeout, lambda: (expired.set(), _shut(opened)))
        late.daemon = True
        late.start()
        try:
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as why:
            if expired.is_set():
                raise TimeoutError("no whole answer in time") from why
            raise broken or why
        finally:
            late.cancel()
        wait = response.getheader("Retry-After", "")
        return response.status, float(wait) if wait.isdigit() else 0.0, body


def _pass(connection: http.client.HTTPConnection, body: Optional[BinaryIO], size: int, progress: Optional[Progress]) -> Optional[OSError]:
    """Sends the body and reports the progress. It returns the error if sending failed: a
    service that refuses a body may answer and close the connection before the body's end."""
    sent = 0
    while body is not None and (chunk := body.read(_CHUNK)):
        try:
            connection.send(chunk)
        except (BrokenPipeError, ConnectionResetError) as why:
            return why
        sent += len(chunk)
        if progress:
            progress(sent / size)
    return None


def _repeated(attempt: Callable[[], Any], cancel: Optional[Cancellation]):
    """Repeats a request while its failure is temporary and the service asks for no longer wait.

    If an answer was lost and a repetition finds nonce or upload used, the first request
    has arrived and its outcome is unknown."""
    cancel = cancel or Cancellation()
    began, lost = time.monotonic(), None
    for made in range(1, _ATTEMPTS + 1):
        answer = attempt()
        if answer.ok:
            return answer
        if lost is not None and answer.code in ("challenge_invalid", "upload_missing"):
            return lost
        passing = answer.code in ("unreachable", "timed_out", "too_many_requests") or answer.status in (502, 503, 504)
        if not passing or made == _ATTEMPTS or answer.wait > _LONGEST_WAIT:
            return answer
        if answer.status == 0:
            lost = answer
        wait = answer.wait or 0.25 * 2**made * random.uniform(0.5, 1)
        if time.monotonic() - began + wait > _REPEAT_WITHIN:
            return answer
        if cancel.wait(wait):
            return Failure("cancelled", "cancelled")


def _having(name: str, answer: Result) -> Result:
    """Checks that a success has the field; otherwise something on the way answered in the service's place."""
    return Failure("answer_unreadable", "answer_unreadable", 200) if answer.ok and name not in answer.fields else answer


def _stored(answer: Union[tuple[int, float, bytes], Failure]) -> Result:
    """Reads the answer to an upload."""
    if isinstance(answer, Failure):
        return answer
    status, wait, _ = answer
    if status < 300:
        return Answer({})
    return Failure("body_too_large" if status == 413 else "unavailable" if status >= 500 else "upload_missing", status=status, wait=wait)


def _read(status: int, wait: float, body: bytes) -> Union[Answer, Failure]:
    """Reads the fields of an answer."""
    try:
        fields = json.loads(body)
    except ValueError:
        fields = None  # a page of something on the way
    if not isinstance(fields, dict):
        return Failure("answer_unreadable", "answer_unreadable", status, wait)
    if 200 <= status < 300:
        return Answer(fields)
    code = fields.pop("error", "answer_unreadable")
    fields.pop("code", None)
    return Failure(code, fields.pop("detail", code), status, wait, fields)


def _multipart(fields: dict[str, Any], files: Iterable[File]) -> tuple[str, bytes]:
    """A body of multipart/form-data with its type, with the same bytes each time that it is sent."""
    boundary = f"systole-{random.getrandbits(128):032x}"  # no secret
    parts = [(f'"{name}"', str(value).encode()) for name, value in fields.items() if value is not None]
    for file in files:
        with _opened(file)[1]() as content:
            parts.append(('"data"; filename="recording"\r\nContent-Type: application/octet-stream', content.read()))
    body = b"".join(f"--{boundary}\r\nContent-Disposition: form-data; name={head}\r\n\r\n".encode() + value + b"\r\n" for head, value in parts)
    return f"multipart/form-data; boundary={boundary}", body + f"--{boundary}--\r\n".encode()


def _opened(file: File) -> tuple[int, Callable[[], BinaryIO]]:
    """A file's size, and the function that opens it."""
    if isinstance(file, (bytes, bytearray, memoryview)):
        return len(file), lambda: io.BytesIO(file)
    return os.stat(file).st_size, lambda: open(file, "rb")


def _shut(s: socket.socket) -> None:
    """Ends another thread's wait for a socket."""
    try:
        socket.socket.shutdown(s, socket.SHUT_RDWR)  # of the connection below TLS: its own isn't for two threads
    except OSError:
        pass  # it has ended
