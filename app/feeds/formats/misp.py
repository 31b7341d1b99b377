"""MISP (misp-standard.org, misp-core-format): events with their attributes, as exported or served in a feed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from app.feeds.formats.plain import kind_of
from app.feeds.listing import Kind, Listed, Options, Tally, day_in, document_of, text_in

#: Attribute types that say where something is. Of a value with ``|`` in it the first part counts.
_TYPES = {
    "url": Kind.URL,
    "domain": Kind.HOST,
    "hostname": Kind.HOST,
    "hostname|port": Kind.HOST,
    "domain|ip": Kind.HOST,
    "ip-dst": Kind.NETWORK,
    "ip-dst|port": Kind.NETWORK,
}
#: Levels of lists and objects in which events and attributes are looked for.
_DEPTH = 8


def parse(file: BinaryIO, options: Options, tally: Tally) -> Iterator[Listed]:
    """Yield the attributes that are meant for detection (``to_ids``) and were not deleted."""
    del options
    for number, attribute in enumerate(_attributes(document_of(file), _DEPTH), 1):
        type_ = text_in(attribute, "type")
        kind = _TYPES.get(type_)
        if kind is None or attribute.get("to_ids") is False or attribute.get("deleted") is True:
            tally.left_out += 1
            continue
        value = text_in(attribute, "value")
        if not value:
            tally.reject(number, "no value in it")
            continue
        if "|" in type_:
            value = value.partition("|")[0]
        seen = text_in(attribute, "first_seen") or text_in(attribute, "timestamp")
        yield Listed(kind if kind is not Kind.URL else _kind(value), value, number, "", day_in(seen))


def _kind(value: str) -> Kind:
    # Some write a bare domain as an address.
    return Kind.URL if "/" in value else kind_of(value)


def _attributes(node: Any, depth: int) -> Iterator[dict[str, Any]]:
    """Yield every attribute of events, of their objects, and of lists and answers of them."""
    if depth == 0:
        return
    if isinstance(node, list):
        for child in node:
            yield from _attributes(child, depth - 1)
    elif isinstance(node, dict):
        for name in ("response", "Event", "Object"):
            if name in node:
                yield from _attributes(node[name], depth - 1)
        attributes = node.get("Attribute")
        for attribute in attributes if isinstance(attributes, list) else []:
            if isinstance(attribute, dict):
                yield attribute
