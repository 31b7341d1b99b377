"""``deskwarden rules check``: compiles every file of rules as the service does, and says which are set aside.

It also measures what each file costs, and names the slow ones; that is a warning, not a fault.
"""

from __future__ import annotations

import math
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from app.commands.rules_update import status_lines
from app.config import Settings
from app.engine.printable import printable
from app.engine.rule_cost import RuleCost, measure_files
from app.engine.rules import RuleProblem, RuleSet, load_rules
from app.rules_update import read_status


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument(
        "folders",
        metavar="FOLDER",
        nargs="*",
        type=Path,
        help="folders of rules; without any, those that the service uses",
    )


def run(args: Namespace) -> int:
    """Check the rules; return 0 when all are in use, 1 when a file was set aside or the rules find nothing."""
    if args.folders:
        return check(args.folders, out=sys.stdout)
    settings = Settings.from_environment()
    for status in read_status(settings.home).values():
        summary, *aside = status_lines(status)
        print("\n".join([f"source {summary} (last update that went well: {status.at or 'never'} UTC)", *aside]))
    return check(settings.rules, out=sys.stdout)


def check(folders: Sequence[Path], *, out: TextIO) -> int:
    """Write what is wrong with the rules of the folders, a line each; return the exit status."""
    rules = load_rules(folders)
    for line in [_line(problem) for problem in rules.problems] + _whole(rules):
        print(line, file=out)
    for cost in measure_files(folders):
        if cost.slow:
            print(_slow(cost), file=out)
    aside = f"{len(rules.problems)} file(s) set aside" if rules.problems else "no file set aside"
    print(f"{rules.count} rules in use, {aside}, digest {rules.digest[:12]}", file=out)
    return 1 if rules.problems or _whole(rules) else 0


def _line(problem: RuleProblem) -> str:
    rule = f"rule {problem.rule}: " if problem.rule else ""
    return f"{printable(str(problem.path), 1000)}: {rule}{problem.reason}"


def _slow(cost: RuleCost) -> str:
    rule = f"rule {cost.rule}" if cost.rule else "its rules together"
    times = f"{cost.factor:.0f} times" if math.isfinite(cost.factor) else "more than a thousand times"
    return f"{printable(str(cost.path), 1000)}: slow: {rule} took {times} as long as a plain word ({cost.material})"


def _whole(rules: RuleSet) -> list[str]:
    """Return what is wrong with the rules as a whole: then the service does not take them into use."""
    if not rules.count:
        return ["There is no usable rule: nothing would be found."]
    if not rules.canary_ok:
        return ["The rule for the EICAR test text does not see it: these rules cannot be trusted to see anything."]
    return []
