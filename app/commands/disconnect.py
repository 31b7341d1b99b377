"""``deskwarden disconnect``: remove what ``connect`` made."""

from __future__ import annotations

import argparse
import sys

from app.bootstrap import build_services, prepare
from app.config import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("name", help="the connection's name")


def run(arguments: argparse.Namespace) -> int:
    """Disconnect; exit 1 when something has to be removed in Zendesk by hand."""
    settings = Settings.from_environment()
    prepare(settings)
    left = build_services(settings).connections.disconnect(arguments.name)
    for sentence in left:
        print(sentence, file=sys.stderr)
    print(f"{arguments.name}: disconnected; its scans and quarantined files are kept")
    return 1 if left else 0
