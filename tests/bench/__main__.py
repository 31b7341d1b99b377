"""``python -m tests.bench [--quick] [PART…]``: run the parts one after the other and print their figures."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import platform
import sys
import time
import traceback

import structlog

from tests.bench import table

PARTS = (
    *("webhook", "engine", "isolation", "folder", "memory", "growth", "links"),
    *("calls", "detection", "bombs", "clamd", "index", "judging", "console"),
)


def main() -> int:
    """Return 0 whatever the figures say, 1 when a part could not run."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Prints ratios against the raw parts.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"only these: {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="only whether it runs: the figures mean nothing")
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    print(
        f"{os.cpu_count()} cores, {platform.python_implementation()} {platform.python_version()}, {platform.system()}"
    )
    print(load())
    # The parts of the service that run in this process have nothing to say here.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    print(table.heading(), flush=True)
    began = time.monotonic()
    whole = [run(part, quick=arguments.quick) for part in arguments.parts or PARTS]
    print(
        f"\n{time.monotonic() - began:.0f} s. 'ratio' is the median of the rounds, each against the raw part beside it."
    )
    return 0 if all(whole) else 1


def load() -> str:
    """Return how busy the machine is with other things, and what that means for the figures."""
    busy = os.getloadavg()[0]
    if busy < 0.25 * (os.cpu_count() or 1):
        return f"load {busy:.1f}: quiet"
    return f"load {busy:.1f}: others work here too, so what uses two cores reads worse than it is (docs/benchmarks.md)"


def run(part: str, *, quick: bool) -> bool:
    """Run one part and print its figures; return whether it could run."""
    try:
        figures = importlib.import_module(f"tests.bench.{part}").run(quick=quick)
    except Exception:
        print(f"{part}: could not run", flush=True)
        traceback.print_exc()
        return False
    print(table.lines(figures), flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
