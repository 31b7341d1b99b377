"""RTF: embedded objects, however their hexadecimal digits are broken up, fields, and templates from elsewhere.

Word skips what it does not know between the digits, so exploits fill them with control words, groups, blanks and
bytes. The digits are gathered as Word gathers them, in one pass over each object. Format: RTF 1.9.1, "Objects".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.analyzers.office import fields as office_fields, objects as office_objects, ooxml_targets
from app.engine.model import Severity
from app.engine.node import Child, Item, Node, Text, Tools

_OBJECT = re.compile(rb"\\objdata(?![a-z])")
_TOKEN = re.compile(
    rb"(?P<hex>[0-9A-Fa-f][0-9A-Fa-f\s]*)|\\bin(?P<bin>\d{1,10})[ ]?|\\'(?P<quoted>[0-9A-Fa-f]{0,2})"
    rb"|\\(?P<word>\*|[A-Za-z]{1,64}(?:-?\d{1,12})?[ ]?|[^A-Za-z])|(?P<brace>[{}])"
)
_UPDATE = re.compile(rb"\\objupdate(?![a-z])")
_AUTOLINK = re.compile(rb"\\objautlink(?![a-z])")
_CLASS = re.compile(rb"\\objclass[ ]?([^{}\\]{1,80})")
#: Fields and templates; what is between is read without its control words.
_FIELD = re.compile(rb"\\fldinst(?![a-z])")
_FIELD_MOST = 65_536
_BRACE = re.compile(rb"(?<!\\)[{}]")
_TEMPLATE = re.compile(rb"\\template\s+([^{}]{1,1000})")
_CONTROL = re.compile(
    rb"\\'([0-9A-Fa-f]{2})|\\u(-?\d{1,5})[ ]?(?:\?|\\'[0-9A-Fa-f]{2})?|\\\\|\\[A-Za-z]+-?\d*[ ]?|[{}\r\n]|\\\*"
)
_REMOTE = re.compile(r"\s*(?:https?|ftp|file):|\s*\\\\[\w.]", re.I)
_LINKED = re.compile(rb"h\x00?t\x00?t\x00?p\x00?(?:s\x00?)?:\x00?/\x00?/\x00?(?:[\x21-\x7e]\x00?){3,500}")
#: Bytes read between two looks at the clock.
_CHECK = 256 * 1024
_EQUATION = bytes.fromhex("02ce020000000000c000000000000046")
#: Classes that only attacks put into documents: addresses that are fetched and run when the document is opened.
_RUNS_ADDRESSES = (
    bytes.fromhex("e0c9ea79f9bace118c8200aa004ba90b"),  # URL moniker
    bytes.fromhex("c6afabec197fd211978e0000f8757e2a"),  # script moniker
)


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the objects as children, and findings about objects, fields and templates that act by themselves."""
    content = node.data.tobytes()
    updates = bool(_UPDATE.search(content))
    yield from _fields(node, content)
    end = 0
    for match in _OBJECT.finditer(content):
        tools.budget.charge_time()
        if match.end() <= end:
            continue
        head = content[max(end, match.start() - 400) : match.start()]
        for data, ends in _gather(content, match.end(), tools):
            end = ends
            if data:
                yield from _object(node, data, head, updates)


def _gather(content: bytes, start: int, tools: Tools) -> Iterator[tuple[bytes, int]]:
    """Yield (bytes, where the object ends): every ``\\objdata`` in the group begins anew, as it does in Word."""
    out = bytearray()
    digits: list[bytes] = []
    depth, skip, at, checked = 1, 0, start, start
    while (match := _TOKEN.search(content, at)) is not None:
        at = match.end()
        if at - checked > _CHECK:
            checked = at
            tools.budget.charge_time()
        if match["hex"] is not None:
            if not skip:
                digits.append(b"".join(match["hex"].split()))
        elif match["bin"] is not None:
            _flush(digits, out)
            count = min(int(match["bin"]), len(content) - at)
            out += content[at : at + count]
            at += count
        elif match["quoted"] is not None:
            # Word forgets a digit that waits for its second half.
            _flush(digits, out)
        elif match["brace"] == b"{":
            depth += 1
            if not skip and content[at : at + 2] == b"\\*":
                skip = depth
        elif match["brace"] == b"}":
            skip = 0 if skip == depth else skip
            depth -= 1
            if depth == 0:
                break
        elif match["word"].strip() == b"objdata":
            _flush(digits, out)
            yield bytes(out), at
            out.clear()
            skip = 0
    _flush(digits, out)
    yield bytes(out), at


def _flush(digits: list[bytes], out: bytearray) -> None:
    run = b"".join(digits)
    out += bytes.fromhex(run[: len(run) & ~1].decode("ascii"))
    digits.clear()


def _object(node: Node, data: bytes, head: bytes, updates: bool) -> Iterator[Item]:
    """Yield what one object holds."""
    found = office_objects.object1(data)
    class_name = found.class_name if found else ""
    declared = b"".join(_CLASS.findall(head)[-1:]).decode("ascii", "replace")
    native = found.native if found else data
    yield from _addresses(node, data, updates or bool(_AUTOLINK.search(head)))
    if "equation" in f"{class_name} {declared}".lower() or (_EQUATION in data and updates):
        yield from _equation(node, native, updates)
    if found and found.linked:
        yield Text(found.topic)
        return
    packed = office_objects.package(native, sized=False) or office_objects.package(native, sized=True)
    if packed and packed.data:
        yield Child(packed.name, packed.data)
    elif native:
        yield Child("object.bin", native)


def _addresses(node: Node, data: bytes, by_itself: bool) -> Iterator[Item]:
    links = [match.group().replace(b"\0", b"").decode("latin-1") for match in _LINKED.finditer(data)]
    if not any(marker in data for marker in _RUNS_ADDRESSES):
        return
    if links:
        yield Text("\n".join(links))
    yield node.finding(
        "rtf.remote_object",
        Severity.MALICIOUS if by_itself else Severity.SUSPICIOUS,
        "Text document that fetches and runs something from the network when it is opened",
        links[0] if links else "",
        "https://nvd.nist.gov/vuln/detail/CVE-2017-0199",
    )


def _equation(node: Node, native: bytes, updates: bool) -> Iterator[Item]:
    """Honest equations are compound files that Word wrote, and nothing loads them at opening."""
    if updates or not office_objects.is_compound(native):
        yield node.finding(
            "rtf.equation_object",
            Severity.MALICIOUS if updates else Severity.SUSPICIOUS,
            "Text document that loads the old equation editor of Office by itself"
            if updates
            else "Text document with an equation object that no program of Office wrote",
            native[:40],
            "https://nvd.nist.gov/vuln/detail/CVE-2017-11882",
        )
    yield from office_objects.equation(node, native)
    if not office_objects.is_compound(native) and len(native) <= office_objects.LARGEST_FORMULA:
        yield from office_objects.small_equation(node, native)


def _fields(node: Node, content: bytes) -> Iterator[Item]:
    end = 0
    for match in _FIELD.finditer(content):
        if match.start() < end:
            continue
        end = content.find(b"\\fldrslt", match.end(), match.end() + _FIELD_MOST)
        if end < 0:
            end = match.end() + _FIELD_MOST
            if end < len(content) and not _ends(content[match.end() : end]):
                yield node.finding("limit.fields", Severity.UNKNOWN, "Document with a field longer than what is read")
        yield from office_fields.findings(node, _plain(content[match.end() : end]))
    for match in _TEMPLATE.finditer(content):
        target = _plain(match.group(1))
        if _REMOTE.match(target):
            yield Text(target)
            yield node.finding(
                "office.remote_template",
                ooxml_targets.severity("attachedTemplate", target),
                "Document that loads its template from the network when it is opened",
                target,
                "https://attack.mitre.org/techniques/T1221/",
            )


def _ends(code: bytes) -> bool:
    """Whether the group of a field that has no result closes within what is read."""
    depth = 0
    for match in _BRACE.finditer(code):
        depth += 1 if match.group() == b"{" else -1
        if depth < 0:
            return True
    return False


def _plain(code: bytes) -> str:
    return _CONTROL.sub(_spoken, code).decode("cp1252", "replace")


def _spoken(match: re.Match[bytes]) -> bytes:
    if match.group(1):
        return bytes.fromhex(match.group(1).decode("ascii"))
    if match.group(2):
        return chr(int(match.group(2)) & 0xFFFF).encode("cp1252", "ignore")
    return b"\\" if match.group() == b"\\\\" else b""
