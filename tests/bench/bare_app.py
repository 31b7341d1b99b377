"""The raw part of the webhook bench: a Flask app that checks the signature, answers 202 and keeps nothing.

It runs under the very server of ``deskwarden web``: the command itself starts it, with this application in its place.
"""

from __future__ import annotations

import argparse
import os
import sys

from flask import Flask, Response, request

from app.commands import web
from app.tickets import signature

SECRET_VARIABLE = "BENCH_SIGNING_SECRET"


def create_app() -> Flask:
    """Return the bare application; the secret comes from the environment."""
    app = Flask(__name__)
    secrets = (os.environ[SECRET_VARIABLE],)

    @app.post("/webhooks/zendesk/<connection>")
    def receive(connection: str) -> Response:
        timestamp = request.headers.get("X-Zendesk-Webhook-Signature-Timestamp", "")
        signed = request.headers.get("X-Zendesk-Webhook-Signature", "")
        if not signature.is_signed(secrets, timestamp, request.get_data(), signed):
            return Response("Wrong signature.\n", 401, mimetype="text/plain")
        return Response("Stored.\n", 202, mimetype="text/plain")

    return app


def main() -> int:
    """Serve on the port that is given as the only argument, until SIGTERM."""
    setattr(web, "create_app", create_app)  # noqa: B010 -- the command's own names, put in place of what it imports
    setattr(web, "prepare", lambda settings: None)  # noqa: B010
    return web.run(argparse.Namespace(host="127.0.0.1", port=int(sys.argv[1])))


if __name__ == "__main__":
    sys.exit(main())
