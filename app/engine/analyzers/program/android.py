"""Android apps (APK): what the manifest asks for, in words for a reader who is no developer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.analyzers.office import package_part
from app.engine.analyzers.program.android_manifest import elements
from app.engine.model import Confidence, Severity
from app.engine.node import Item, Node, Tools

#: Bytes of a manifest that are read; large apps have two or three hundred thousand.
_MANIFEST = 4 * 1024 * 1024
_PREFIX = "android.permission."
#: Permissions of note -> what they allow.
_ALLOWS = {
    "RECEIVE_SMS": "reads messages (SMS)",
    "READ_SMS": "reads messages (SMS)",
    "SEND_SMS": "sends messages (SMS)",
    "READ_CONTACTS": "reads contacts",
    "READ_CALL_LOG": "reads the list of calls",
    "CALL_PHONE": "makes calls",
    "RECORD_AUDIO": "records sound",
    "CAMERA": "takes pictures",
    "ACCESS_FINE_LOCATION": "follows the place of the telephone",
    "SYSTEM_ALERT_WINDOW": "draws over other apps",
    "REQUEST_INSTALL_PACKAGES": "installs apps",
    "BIND_ACCESSIBILITY_SERVICE": "reads and operates the screen",
    "BIND_DEVICE_ADMIN": "administers the telephone",
    "BIND_NOTIFICATION_LISTENER_SERVICE": "reads notifications",
    "QUERY_ALL_PACKAGES": "lists all apps",
}
#: With the screen in its hands, an app that also wants two of these takes over bank accounts.
_TAKEOVER = frozenset(
    ("RECEIVE_SMS", "READ_SMS", "SEND_SMS", "SYSTEM_ALERT_WINDOW", "REQUEST_INSTALL_PACKAGES", "BIND_DEVICE_ADMIN")
)
_LIBRARY = re.compile(r"lib/[^/]{1,40}/[^/]{1,200}\.so")
_SIGNATURE = re.compile(r"META-INF/[^/]{1,100}\.(?:RSA|DSA|EC)", re.I)
_SIGNING_BLOCK = b"APK Sig Block 42"


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the app's name, permissions of note and make. Its members are another reader's work."""
    archive = package_part.opened(node)
    if archive is None or "AndroidManifest.xml" not in archive.namelist():
        return
    names = archive.namelist()
    manifest = memoryview(package_part.beginning(archive, archive.getinfo("AndroidManifest.xml"), _MANIFEST))
    directory = archive.start_dir
    tools.budget.charge_time()
    package, debuggable, wanted = _asked(manifest)
    signed = any(_SIGNATURE.fullmatch(name) for name in names) or _has_signing_block(node.data, directory)
    libraries = sum(_LIBRARY.fullmatch(name) is not None for name in names)
    parts = [
        "Android app",
        package or "unreadable manifest",
        f"{sum(name.endswith('.dex') for name in names)} code files",
        *([f"{libraries} machine code libraries"] if libraries else []),
        *(["debuggable"] if debuggable else []),
        "signed, which was not verified" if signed else "not signed",
    ]
    yield node.finding("program.kind", Severity.INFO, "What kind of program it is", ", ".join(parts))
    yield from _abilities(node, wanted)


def _has_signing_block(data: memoryview, directory: int) -> bool:
    """Whether the block of newer signatures ends where the directory of the zip begins (APK Signature Scheme v2)."""
    return bytes(data[max(directory - len(_SIGNING_BLOCK), 0) : directory]) == _SIGNING_BLOCK


def _asked(manifest: memoryview) -> tuple[str, bool, set[str]]:
    """Return the package's name, whether it can be debugged, and the permissions it asks for or serves."""
    package, debuggable, wanted = "", False, set()
    for element in elements(manifest):
        if element.name == "manifest":
            package = package or element.attributes.get("package", "")
        elif element.name == "application":
            debuggable = debuggable or element.attributes.get("debuggable") == "true"
        elif element.name.startswith("uses-permission"):
            wanted.add(element.attributes.get("name", "").removeprefix(_PREFIX))
        elif element.name in ("service", "receiver"):
            wanted.add(element.attributes.get("permission", "").removeprefix(_PREFIX))
    return package, debuggable, wanted


def _abilities(node: Node, wanted: set[str]) -> Iterator[Item]:
    able = list(dict.fromkeys(words for name, words in _ALLOWS.items() if name in wanted))
    if able:
        yield node.finding("program.abilities", Severity.INFO, "What the program can do", ", ".join(able))
    if "BIND_ACCESSIBILITY_SERVICE" in wanted and len(wanted & _TAKEOVER) > 1:
        yield node.finding(
            "program.takes_over_telephone",
            Severity.SUSPICIOUS,
            "App that can take over a telephone: it operates the screen and more",
            ", ".join(sorted(wanted & _TAKEOVER)),
            confidence=Confidence.HIGH,
        )
    elif {"RECEIVE_SMS", "READ_SMS"} & wanted and {"REQUEST_INSTALL_PACKAGES", "SYSTEM_ALERT_WINDOW"} & wanted:
        yield node.finding(
            "program.reads_messages",
            Severity.SUSPICIOUS,
            "App that reads messages and covers or installs other apps",
            ", ".join(sorted(wanted & _TAKEOVER)),
            confidence=Confidence.MEDIUM,
        )
