"""The files by which others start the service say only what it knows; checked as far as that goes without an engine."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from typing import Any

import pytest
import yaml

from app.cli import COMMANDS, _parser
from app.config import PREFIX, PROJECT, Settings

COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if "build" in service)
PROCFILE = (PROJECT / "Procfile").read_text().splitlines()
DOCKERFILE = (PROJECT / "Dockerfile").read_text().splitlines()

#: ``${NAME:-default}`` and ``${NAME}``, as Compose and shells fill them in.
_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


def filled(text: str) -> str:
    """Return the text with the default of every variable."""
    return _VARIABLE.sub(lambda match: match[2] or "", text)


def environment(service: dict[str, Any]) -> dict[str, str]:
    return {name: filled(str(value)) for name, value in (service.get("environment") or {}).items()}


def known_settings() -> set[str]:
    """Return the names of all variables that the settings are read from."""

    class Recording(dict[str, str]):
        def get(self, name: str, default: Any = None) -> Any:
            asked.add(name)
            return default

    asked: set[str] = set()
    Settings.from_environment(Recording())
    return asked


def parsed(words: list[str]) -> Any:
    """Return what the command line says; ends the test where our own parser refuses it."""
    assert words[0].rpartition("/")[2] == "deskwarden"
    parser, _ = _parser(words[1:])
    return parser.parse_args(words[1:])


def instructions(name: str) -> list[str]:
    """Return what follows an instruction of the Dockerfile, each time."""
    return [line.partition(" ")[2] for line in DOCKERFILE if line.startswith(f"{name} ")]


def test_every_process_type_has_a_service():
    assert {"web", "worker", "beat"} <= set(OURS)


@pytest.mark.parametrize("name", OURS)
def test_a_service_runs_a_command_that_there_is(name):
    assert parsed(SERVICES[name]["command"]).command in COMMANDS


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_sets_nothing_that_no_setting_is_read_from(name):
    ours = {variable for variable in environment(SERVICES[name]) if variable.startswith(PREFIX)}
    assert ours <= known_settings()


def test_the_composed_settings_are_accepted_and_meet_the_other_services():
    settings = Settings.from_environment(environment(SERVICES["web"]))
    assert settings.database_url.startswith("postgresql://deskwarden:deskwarden@postgres/")
    assert (settings.broker_url, settings.smtp_url, settings.secret_key) == ("redis://redis:6379/0", None, None)


def test_web_worker_and_beat_have_the_same_settings_and_data():
    for part in ("environment", "volumes", "depends_on"):
        assert SERVICES["web"][part] == SERVICES["worker"][part] == SERVICES["beat"][part]


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_needs_is_there(name):
    service = SERVICES[name]
    for needed, how in (service.get("depends_on") or {}).items():
        assert needed in SERVICES
        assert how["condition"] != "service_healthy" or "healthcheck" in SERVICES[needed]
    for volume in service.get("volumes") or ():
        source = volume.partition(":")[0]
        assert source.startswith(".") or source in COMPOSE["volumes"]


def test_the_demo_adds_the_sandbox_with_its_mail_catcher_and_nothing_else():
    assert [name for name, service in SERVICES.items() if service.get("profiles")] == ["sandbox"]
    assert SERVICES["sandbox"]["profiles"] == ["demo"]
    assert parsed(SERVICES["sandbox"]["command"]).smtp_port


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_open_to_this_machine_alone(name):
    assert all(str(port).startswith("127.0.0.1:") for port in SERVICES[name].get("ports", ()))


@pytest.mark.parametrize("line", PROCFILE)
def test_a_line_of_the_procfile_names_a_process_type_and_its_command(line):
    kind, _, command = line.partition(": ")
    assert parsed(shlex.split(filled(command))).command == kind


def test_the_procfile_has_every_process_type():
    assert [line.partition(":")[0] for line in PROCFILE] == ["web", "worker", "beat"]


def test_the_image_holds_what_it_copies_and_starts_a_command_that_there_is():
    ignored = (PROJECT / ".dockerignore").read_text().split()
    for copied in instructions("COPY"):
        for source in copied.split()[:-1]:
            assert (PROJECT / source).exists()
            assert source not in ignored
    [command] = instructions("CMD")
    assert parsed(json.loads(command)).command == "web"


def test_the_image_runs_without_privileges_and_sets_only_known_settings():
    assert instructions("USER") == ["deskwarden"]
    variables = [word.partition("=")[0] for line in instructions("ENV") for word in line.split()]
    assert {name for name in variables if name.startswith(PREFIX)} <= known_settings()


def test_what_gates_a_merge_is_the_projects_own_test_command():
    script = PROJECT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True)
    assert "make test" in script.read_text().splitlines()
