from __future__ import annotations

import struct
from collections.abc import Mapping

import pytest
from hypothesis import given, strategies as st

from app.engine.analyzers.program.android_manifest import elements
from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox import samples
from tests.fuzz import fuzzed
from tests.unit.engine.containers import BENIGN, damaged, judged, places
from tests.unit.engine.programs import android_manifest, app, jar, java_class
from tests.unit.engine.test_program import evidence

ACCESSIBILITY = ("service", {"name": ".Helper", "permission": "android.permission.BIND_ACCESSIBILITY_SERVICE"})


def asks(*permissions: str) -> list[tuple[str, Mapping[str, str | bool]]]:
    return [("uses-permission", {"name": f"android.permission.{name}"}) for name in permissions]


def test_an_app_is_a_program_with_a_name(engine: Engine) -> None:
    report = engine.scan(app(android_manifest("com.example.notes", asks("INTERNET"))), name="a.apk")

    assert (report.verdict, report.type) == (Verdict.RESTRICTED, "application/vnd.android.package-archive")
    assert evidence(report, "program.kind") == "Android app, com.example.notes, 1 code files, not signed"


def test_it_is_one_under_any_name(engine: Engine) -> None:
    assert engine.scan(app(android_manifest("a", [])), name="a.zip").verdict is Verdict.RESTRICTED


def test_how_it_was_made_is_told(engine: Engine) -> None:
    manifest = android_manifest("a", [("application", {"debuggable": True})])
    content = app(manifest, {"lib/arm64-v8a/liba.so": BENIGN, "META-INF/CERT.RSA": BENIGN})

    words = evidence(engine.scan(content, name="a.apk"), "program.kind")

    assert words == (
        "Android app, a, 1 code files, 1 machine code libraries, debuggable, signed, which was not verified"
    )


def test_the_block_of_newer_signatures_is_seen(engine: Engine) -> None:
    content = app(android_manifest("a", []))
    directory = content.find(b"PK\x01\x02")
    end = bytearray(content[-22:])
    struct.pack_into("<I", end, 16, directory + 16)
    signed = content[:directory] + b"APK Sig Block 42" + content[directory:-22] + bytes(end)

    assert "signed, which was not verified" in evidence(engine.scan(signed, name="a.apk"), "program.kind")


def test_permissions_of_note_are_told_in_plain_words(engine: Engine) -> None:
    content = app(android_manifest("a", asks("CAMERA", "INTERNET", "READ_CONTACTS")))

    report = engine.scan(content, name="a.apk")

    assert evidence(report, "program.abilities") == "reads contacts, takes pictures"


def test_an_app_that_can_take_over_a_telephone_is_a_sign(engine: Engine) -> None:
    takes = app(android_manifest("a", [*asks("RECEIVE_SMS", "SYSTEM_ALERT_WINDOW"), ACCESSIBILITY]))

    assert "program.takes_over_telephone" in places(engine.scan(takes, name="a.apk"))
    for ordinary in ([ACCESSIBILITY], asks("RECEIVE_SMS", "SEND_SMS"), [*asks("CAMERA"), ACCESSIBILITY]):
        report = engine.scan(app(android_manifest("a", ordinary)), name="a.apk")
        assert "program.takes_over_telephone" not in places(report)
        assert "program.reads_messages" not in places(report)


def test_an_app_that_reads_messages_and_installs_others_is_a_sign(engine: Engine) -> None:
    content = app(android_manifest("a", asks("READ_SMS", "REQUEST_INSTALL_PACKAGES")))

    assert "program.reads_messages" in places(engine.scan(content, name="a.apk"))


def test_a_project_of_an_app_is_clean(engine: Engine) -> None:
    content = samples.zip_of({"app/src/main/AndroidManifest.xml": b"<manifest/>", "app/build.gradle": BENIGN})

    assert engine.scan(content, name="a.zip").findings == ()


@pytest.mark.parametrize(
    ("files", "mime"),
    [
        ({"[Content_Types].xml": b"<Types/>", "AppxManifest.xml": b"<Package/>"}, "application/msix"),
        ({"extension.vsixmanifest": b"<P/>", "[Content_Types].xml": b"<Types/>"}, "application/vsix"),
        ({"manifest.json": b"{}", "META-INF/mozilla.rsa": b"x"}, "application/x-xpinstall"),
        ({"Payload/A.app/Info.plist": b"<plist/>"}, "application/x-ios-app"),
    ],
)
def test_other_packages_that_install_are_programs(engine: Engine, files: dict[str, bytes], mime: str) -> None:
    report = engine.scan(samples.zip_of(files), name="a.zip")

    assert (report.verdict, report.type) == (Verdict.RESTRICTED, mime)


def test_an_add_on_of_a_browser_is_opened(engine: Engine) -> None:
    content = b"Cr24\x03\0\0\0\x10\0\0\0" + bytes(16) + samples.zip_of({"manifest.json": b"{}", "a.js": b"var a = 1;"})

    report = engine.scan(content, name="a.crx")

    assert report.verdict is Verdict.RESTRICTED
    assert report.nodes == 4


def test_strings_in_either_encoding_are_read() -> None:
    manifest = android_manifest("com.example.notes", asks("CAMERA"))

    first, second = elements(memoryview(manifest))

    assert (first.name, first.attributes) == ("manifest", {"package": "com.example.notes"})
    assert second.attributes == {"name": "android.permission.CAMERA"}


SEED = app(android_manifest("a", [*asks("RECEIVE_SMS"), ACCESSIBILITY]))


@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(rules: RuleSet, data: st.DataObject) -> None:
    assert judged(rules, data.draw(damaged(SEED)), "a.apk").nodes >= 1


@fuzzed(60)
@given(data=st.data())
def test_a_damaged_manifest_does_no_harm(rules: RuleSet, data: st.DataObject) -> None:
    manifest = data.draw(damaged(android_manifest("a", [*asks("RECEIVE_SMS"), ACCESSIBILITY])))

    report = judged(rules, app(manifest), "a.apk")

    assert report.verdict is Verdict.RESTRICTED


def test_a_java_archive_is_no_app(engine: Engine) -> None:
    content = jar({"Main.class": java_class("a"), "docs/AndroidManifest.xml": b"<a/>"})

    assert engine.scan(content, name="a.jar").type == "application/java-archive"
