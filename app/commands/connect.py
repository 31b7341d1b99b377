"""``deskwarden connect``: connect a tenant and show the report of ``verify``."""

from __future__ import annotations

import argparse
import getpass
import os
import sys

from app.adapters.zendesk import ApiToken, ClientCredentials, Credentials
from app.bootstrap import build_services, prepare
from app.commands.verify import report
from app.config import Settings
from app.connections import setup
from app.connections.service import Link
from app.errors import Misconfigured
from app.findings.policy import LinkPolicy

#: Where the secret is looked for when no variable is named; it never stands on the command line, where others see it.
SECRET_VARIABLE, TOKEN_VARIABLE = "DESKWARDEN_CLIENT_SECRET", "DESKWARDEN_API_TOKEN"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--name", required=True, help="what to call the connection, for example acme-support")
    parser.add_argument("--url", required=True, help="the account's address, for example https://acme.zendesk.com")
    parser.add_argument("--auth", choices=("oauth", "api-token"), default="oauth")
    parser.add_argument("--client-id", help="identifier of the OAuth client")
    parser.add_argument("--client-secret-env", metavar="VAR", help=f"variable with its secret ({SECRET_VARIABLE})")
    parser.add_argument("--scope", default=" ".join(setup.SCOPES), help="OAuth scopes (default: %(default)s)")
    parser.add_argument("--email", help="with --auth api-token: whom the token acts as")
    parser.add_argument("--token-env", metavar="VAR", help=f"with --auth api-token: its variable ({TOKEN_VARIABLE})")
    parser.add_argument("--notify", default="", metavar="A,B", help="who gets this connection's mails")
    parser.add_argument(
        "--links",
        choices=[choice.value for choice in LinkPolicy],
        help="what is done about malicious links: a note (default), or they are redacted from the comment as well",
    )


def run(arguments: argparse.Namespace) -> int:
    """Connect; exit 0 when every check is well, 1 when something is broken."""
    settings = Settings.from_environment()
    prepare(settings)
    services = build_services(settings)
    recipients = tuple(part.strip() for part in arguments.notify.split(",") if part.strip())
    chosen = LinkPolicy(arguments.links) if arguments.links else None
    link = Link(arguments.name, arguments.url, _credentials(arguments), recipients, chosen)
    services.connections.connect(link)
    return report(services, settings, arguments.name)


def _credentials(arguments: argparse.Namespace) -> Credentials:
    if arguments.auth == "api-token":
        if not arguments.email:
            raise Misconfigured("--auth api-token needs --email: whom the token acts as.", code="arguments")
        return ApiToken(arguments.email, _secret(arguments.token_env, TOKEN_VARIABLE, "API token: "))
    if not arguments.client_id:
        raise Misconfigured("--client-id is missing: see OAuth clients in Admin Center.", code="arguments")
    secret = _secret(arguments.client_secret_env, SECRET_VARIABLE, "Client secret: ")
    return ClientCredentials(arguments.client_id, secret, arguments.scope)


def _secret(named: str | None, usual: str, prompt: str) -> str:
    value = os.environ.get(named or usual, "")
    if not value and named is None and sys.stdin.isatty():
        value = getpass.getpass(prompt)
    if not value.strip():
        raise Misconfigured(f"The variable {named or usual} is empty: put the secret there.", code="arguments")
    return value.strip()
