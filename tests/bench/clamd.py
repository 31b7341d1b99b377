"""The same mixed folder through clamd and through ``deskwarden scan``, both with the same rules.

These are those of ours that clamd takes, and the thousand generated ones that the part ``engine`` uses: operators load
the rules of others by the thousand.

ClamAV is nothing that this project needs: where it is not installed, the part says so and measures nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.config import PROJECT
from tests.bench import folder as mixed
from tests.bench.figure import Compare, Figure
from tests.bench.samples import RULES, write_rules
from tests.waiting import eventually

_TOOLS = ("clamd", "clamscan", "clamdscan")
#: Where distributions put daemons that are not on everybody's path.
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
_BLOCK = re.compile(r"^(private )?rule (\w+) \{$.*?^\}$", re.M | re.S)
#: What clamd does not know: our variables, modules, and rules that stand on other rules.
_OURS_ALONE = re.compile(r"\b(?:filename|extension|mime|pe|elf|math|time|hash|dotnet|console)\b")
_START_SECONDS = 60


def run(*, quick: bool = False) -> list[Figure]:
    """Return files a second of both with two threads each. Raises RuntimeError when clamd does not start or scan."""
    tools = {name: shutil.which(name, path=_PATH) for name in _TOOLS}
    if missing := [name for name, path in tools.items() if not path]:
        print(f"  clamd: not installed here ({', '.join(missing)}), so there is nothing to set beside ours")
        return []
    rounds, count = (1, 24) if quick else (3, 800)
    with tempfile.TemporaryDirectory() as place:
        rules, files = Path(place) / "rules", Path(place) / "files"
        rules.mkdir()
        files.mkdir()
        names = write_shared_rules(rules, str(tools["clamscan"]), most=5 if quick else 1_000)
        write_rules(rules, count=100 if quick else RULES)
        print(
            f"  {len(names)} of our rules are taken by clamd; with these and {RULES} generated ones both scan "
            f"{count} files"
        )
        mixed.fill(files, count)
        ours, raw = [], []
        with _daemon(Path(place), str(tools["clamd"])) as settings:
            for _ in range(rounds):
                ours.append(count / _ours(files, rules))
                raw.append(count / _clamd(files, str(tools["clamdscan"]), settings))
    return [Figure("mixed folder, against clamd", "files/s", ours, raw, Compare.AT_LEAST, 5)]


def write_shared_rules(folder: Path, clamscan: str, *, most: int) -> list[str]:
    """Write those of our rules that clamd takes, each to a file of its own; return their names."""
    probe = folder.parent / "probe.txt"
    probe.write_text("nothing")
    taken: list[str] = []
    for name, source in plain_rules():
        path = folder / f"{name}.yar"
        path.write_text(source)
        done = _run(clamscan, "-d", str(path), str(probe))
        if "Known viruses: 1" in done.stdout and len(taken) < most:
            taken.append(name)
        else:
            path.unlink()
    return taken


def plain_rules() -> Iterator[tuple[str, str]]:
    """Yield (name, source) of our rules that need nothing but the bytes."""
    sources = [path.read_text() for path in sorted((PROJECT / "rules").rglob("*.yar"))]
    blocks = [block for source in sources for block in _BLOCK.finditer(source)]
    private = [block[2] for block in blocks if block[1]]
    others = re.compile(rf"\b(?:{'|'.join(map(re.escape, private))})\b")
    for block in blocks:
        condition = block[0].partition("condition:")[2]
        if (
            not block[1]
            and "strings:" in block[0]
            and not _OURS_ALONE.search(condition)
            and not others.search(condition)
        ):
            yield block[2], block[0] + "\n"


@contextmanager
def _daemon(place: Path, clamd: str) -> Iterator[Path]:
    """Run clamd with two threads on our rules alone; yield its settings once it answers."""
    settings, socket = place / "clamd.conf", place / "clamd.sock"
    settings.write_text(
        f"DatabaseDirectory {place / 'rules'}\nLocalSocket {socket}\nForeground yes\nMaxThreads 2\nLogSyslog no\n"
        f"LogFile {place / 'clamd.log'}\nTemporaryDirectory {place}\nUser {_user()}\nConcurrentDatabaseReload no\n"
        # What it has seen once it would not look at again in the next round.
        "DisableCache yes\n"
    )
    process = subprocess.Popen([clamd, "-c", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: socket.exists() or process.poll() is not None, _START_SECONDS)
        if process.poll() is not None:
            raise RuntimeError(f"clamd did not start: {(place / 'clamd.log').read_text()[-500:]}")
        yield settings
    finally:
        process.terminate()
        process.wait()


def _user() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name


def _ours(files: Path, rules: Path) -> float:
    """Return the seconds of the whole command, its start included."""
    variables = {"DESKWARDEN_WORKERS": "2", "DESKWARDEN_RULES": str(rules)}
    return _timed(shutil.which("deskwarden") or str(PROJECT / ".venv/bin/deskwarden"), "scan", "--json", str(files),
                  **variables)  # fmt: skip


def _clamd(files: Path, clamdscan: str, settings: Path) -> float:
    """Return the seconds of the client; the daemon runs already."""
    return _timed(clamdscan, f"--config-file={settings}", "--multiscan", "--fdpass", "--no-summary", str(files))


def _timed(*command: str, **variables: str) -> float:
    began = time.perf_counter()
    done = _run(*command, **variables)
    seconds = time.perf_counter() - began
    if done.returncode > 1:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {(done.stderr or done.stdout)[-500:]}")
    return seconds


def _run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=PROJECT, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
