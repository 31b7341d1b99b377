"""``deskwarden rules update``: fetches the rules of the sources that stand in ``rules.sources`` of the data folder."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import TextIO

from app.adapters.rule_sources import RuleFetcher
from app.commands.audit_options import record
from app.config import Settings
from app.engine.printable import printable
from app.rules_update import Fetcher, RulesUpdate, SourceStatus, read_sources

#: Set-aside files that are shown of one source.
_SHOWN = 10


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options of the command: there are none."""
    del parser


def run(args: Namespace) -> int:
    """Update the sources; return 0 when all went well, 1 when one failed. What cannot run at all raises."""
    del args
    settings = Settings.from_environment()
    fetcher = RuleFetcher(settings.trusted_hosts)
    status = update(settings, fetcher, os.environ, out=sys.stdout)
    record("rules.updated", "rules", well=status == 0)
    return status


def update(settings: Settings, fetcher: Fetcher, environment: Mapping[str, str], *, out: TextIO) -> int:
    """Update the sources and write a line about each; return the exit status."""
    sources = read_sources(settings.home)
    work = RulesUpdate(settings.home, settings.rules, fetcher, environment)
    is_well = work.run(sources, tell=lambda status: print("\n".join(status_lines(status)), file=out, flush=True))
    return 0 if is_well else 1


def status_lines(status: SourceStatus) -> list[str]:
    """Return what a person may want to know of a source, the first line a summary."""
    counts = f"{status.rules} rules in {status.files} file(s), {len(status.aside)} file(s) set aside"
    reason = f": {status.reason} In use: {counts}" if status.state == "failed" else f", {counts}"
    lines = [f"{status.name}: {status.state}{printable(reason, 1000)}"]
    lines += [f"  {printable(file, 300)}: {printable(why, 300)}" for file, why in status.aside[:_SHOWN]]
    if len(status.aside) > _SHOWN:
        lines.append(f"  … and {len(status.aside) - _SHOWN} more")
    return lines
