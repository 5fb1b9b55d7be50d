"""A web application in Python (Flask, Authlib) that people log in to with Systole.

ISSUER=http://127.0.0.1:8080 SECRET=… python3 tests/clients/openid/python/app.py 4183
"""

import os
import secrets
import sys

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, session, url_for

HEART = "urn:systole:acr:heart"

app = Flask(__name__)
app.secret_key = secrets.token_bytes(32)
oauth = OAuth(app)
oauth.register(
    "systole",
    server_metadata_url=os.environ["ISSUER"] + "/.well-known/openid-configuration",
    client_id="python",
    client_secret=os.environ["SECRET"],
    client_kwargs={"scope": "openid profile", "code_challenge_method": "S256"},
)


def log_in(back, **asked):
    session["back"] = back
    return oauth.systole.authorize_redirect(url_for("callback", _external=True), **asked)


@app.get("/")
def home():
    if "person" not in session:
        return log_in("/")
    return f"hello {session['person']['preferred_username']}"


@app.get("/safe")
def safe():
    """Requires the heart, checked within the last five minutes."""
    if session.get("person", {}).get("acr") != HEART:
        return log_in("/safe", acr_values=HEART, max_age=300)
    return f"open to {session['person']['preferred_username']}: {' '.join(session['person']['amr'])}"


@app.get("/callback")
def callback():
    try:
        token = oauth.systole.authorize_access_token()
    except OAuthError as why:
        return f"not logged in: {why.error}", 403
    session["person"] = dict(token["userinfo"])  # of the ID token, verified
    return redirect(session.pop("back", "/"))


if __name__ == "__main__":
    app.run("127.0.0.1", int(sys.argv[1]))
