"""``python -m tests.corpus --out FOLDER [--seed N] [--variants N] [--only NAME]``: write the corpus, with a list."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import tests.corpus.families  # noqa: F401 -- puts the techniques on the list
from tests.corpus.registry import SEED, VARIANTS, samples
from tests.corpus.sample import Sample


def main() -> None:
    """Write every sample under a plain name; ``manifest.jsonl`` tells what each is and what it is really called."""
    parser = argparse.ArgumentParser(prog="python -m tests.corpus", description=main.__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder to write to; it is made where it is missing")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--variants", type=int, default=VARIANTS, help="samples a technique")
    parser.add_argument("--only", default="", help="techniques whose name begins so")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    count = 0
    with (given.out / "manifest.jsonl").open("w", encoding="utf-8") as manifest:
        for sample in samples(given.seed, variants=given.variants, only=given.only):
            manifest.write(json.dumps(written(sample, given.out), ensure_ascii=False) + "\n")
            count += 1
    print(f"{count} files in {given.out}, manifest.jsonl lists them")


def written(sample: Sample, folder: Path) -> dict[str, object]:
    """Write one sample and return its line of the list."""
    # Its own name may hold anything; only its last part decides how a scanner reads it.
    ending = "".join(letter for letter in sample.name.rpartition(".")[2] if letter.isascii() and letter.isalnum())[:20]
    kind = "harmful" if sample.harmful else "twin"
    path = folder / f"{sample.technique}-{sample.variant}-{kind}.{ending}"
    path.write_bytes(sample.content)
    return {
        "file": path.name,
        "technique": sample.technique,
        "variant": sample.variant,
        "name": sample.name,
        "comment": sample.comment,
        "harmful": sample.harmful,
        "expect": sample.expect.value,
        "most": sample.most.value,
        "link": sample.link,
        "sha256": hashlib.sha256(sample.content).hexdigest(),
    }


if __name__ == "__main__":
    main()
