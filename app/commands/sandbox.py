"""``deskwarden sandbox``: the pretend Zendesk tenant alone."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--port", type=int, default=9000, help="port of the tenant; files lie on the next one")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--url", help="how others reach the tenant, where that differs")
    parser.add_argument("--content-url", help="how others reach its files, where that differs")
    parser.add_argument("--seed", type=int, help="play random faults from this seed")
    parser.add_argument("--smtp-port", type=int, help="catch mail on this port")


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    from app.sandbox.server import run as serve

    return serve(
        port=arguments.port,
        seed=arguments.seed,
        smtp_port=arguments.smtp_port,
        host=arguments.host,
        url=arguments.url,
        content_url=arguments.content_url,
    )
