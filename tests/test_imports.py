"""The house rules about who may import whom, as data. A broken one names file, line and rule."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.product_only import hide_test_libraries

ROOT = Path(__file__).resolve().parent.parent

ROOMS = (
    "tickets", "feeds", "providers", "investigations", "idempotency", "activity", "connected_apps", "posture",
    "provisioning",
)  # fmt: skip

#: What a third-party module may be imported by: folder prefixes relative to the project.
HOMES = {
    "flask": ("app/web", "app/sandbox", "app/__init__.py"),
    "werkzeug": ("app/web", "app/sandbox"),
    "gunicorn": ("app/commands/web.py",),
    "celery": ("workers", "app/jobs.py"),
    "kombu": ("workers", "app/jobs.py"),
    "requests": ("app/adapters",),
    "smtplib": ("app/adapters",),
    "aiosmtpd": ("app/sandbox",),
    "yara": ("app/engine",),
    "sqlalchemy": (
        "app/db.py",
        "app/health.py",
        "app/migrations",
        "app/access",
        "app/connections",
        "app/findings/service.py",
        "app/findings/audit/service",
        "app/findings/audit/tables.py",
        "app/findings/tables.py",
        "app/findings/post/service",
        "app/findings/post/tables.py",
        *(f"app/findings/policies/{part}.py" for part in ("exception_service", "service", "store", "tables")),
        *(f"app/{room}/{part}" for room in ROOMS for part in ("service", "service.py", "tables.py")),
    ),
    "dns": ("app/adapters",),
    "authlib": ("app/adapters",),
    "joserfc": ("app/adapters",),
    "argon2": ("app/access/service",),
    "pyotp": ("app/access/service",),
    "segno": ("app/web",),
    "zenpy": (),
}

#: Our own packages: who may not import what, and why.
FORBIDDEN = [
    ("app", "workers", "app never imports the workers: jobs are sent by name"),
    ("app/engine", "app.", "the engine imports nothing of the house but the engine and its errors"),
    ("app/sandbox", "app.", "the sandbox stands alone"),
    ("app/adapters", "app.web", "arrows point down"),
    ("app/tickets", "app.web", "arrows point down"),
    ("app/connections", "app.tickets", "rooms do not import each other"),
    ("app/feeds", "app.web", "arrows point down"),
    ("app/feeds", "app.tickets", "rooms do not import each other"),
    ("app/tickets", "app.feeds", "rooms do not import each other"),
    ("app/providers", "app.web", "arrows point down"),
    ("app/providers", "app.tickets", "rooms do not import each other"),
    ("app/tickets", "app.providers", "rooms do not import each other"),
    ("app/investigations", "app.web", "arrows point down"),
    ("app/investigations", "app.tickets.service", "rooms do not import each other"),
    ("app/tickets", "app.investigations", "rooms do not import each other"),
    ("app/idempotency", "app.web", "arrows point down"),
    ("app/findings", "app.tickets", "what is shared does not know the rooms"),
    ("app/web", "app.adapters.zendesk", "the web asks services, not the outside"),
]
ALLOWED = {
    "app/engine": ("app.engine", "app.errors"),
    "app/sandbox": ("app.sandbox",),
}
#: The commands that start the parts are the workers' door on this side.
EXCEPTIONS = {("app/commands/worker.py", "workers"), ("app/commands/beat.py", "workers")}

#: Files of a room besides these are pure: no framework, database, clock, randomness or environment.
IMPURE = ("service", "service.py", "tables.py")
OUTSIDE_WORLD = ("sqlalchemy", "flask", "requests", "redis", "time", "random", "secrets", "os", "structlog", "app.db")


def sources() -> list[Path]:
    return sorted([*ROOT.glob("app/**/*.py"), *ROOT.glob("workers/**/*.py")])


def imports(path: Path) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append((node.lineno, node.module))
            found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
    return found


def is_below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix.rstrip("/") + "/")


def is_in(module: str, package: str) -> bool:
    return module == package.rstrip(".") or module.startswith(package.rstrip(".") + ".")


def violations(path: Path) -> list[str]:
    name = path.relative_to(ROOT).as_posix()
    broken = []
    for line, module in imports(path):
        home = HOMES.get(module.split(".")[0])
        if home is not None and not any(is_below(name, prefix) for prefix in home):
            broken.append(f"{name}:{line}: {module} is at home in {', '.join(home) or 'the tests'}")
        for folder, package, rule in FORBIDDEN:
            concerned = is_below(name, folder) and is_in(module, package) and (name, package) not in EXCEPTIONS
            if concerned and not any(is_in(module, allowed) for allowed in ALLOWED.get(folder, ())):
                broken.append(f"{name}:{line}: {module}: {rule}")
        parts = path.relative_to(ROOT).parts
        should_be_pure = len(parts) > 2 and parts[0] == "app" and parts[1] in ROOMS and parts[2] not in IMPURE
        if should_be_pure and any(is_in(module, outside) for outside in OUTSIDE_WORLD):
            broken.append(f"{name}:{line}: {module}: this file of a room is pure")
    return broken


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_keeps_the_house_rules(path):
    assert violations(path) == []


def test_a_broken_rule_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.test_imports.ROOT", tmp_path)
    path = tmp_path / "app" / "engine" / "wrong.py"
    path.parent.mkdir(parents=True)
    path.write_text("import flask\nfrom app.db import Database\n")
    assert len(violations(path)) >= 2


def test_the_product_needs_nothing_that_only_the_tests_install(tmp_path: Path) -> None:
    modules = sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for folder in ("app", "workers")
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts
    )
    # The broker's driver is imported by name, when the first message is sent.
    program = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
    done = subprocess.run(
        [sys.executable, "-c", program, *modules, "kombu.transport.redis", "sqlalchemy.dialects.postgresql.psycopg"],
        env={**os.environ, "PYTHONPATH": f"{hide_test_libraries(tmp_path)}{os.pathsep}{ROOT}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
