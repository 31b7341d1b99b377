"""RFC 8785: the examples of its appendices, and that equal content always has equal bytes."""

from __future__ import annotations

import json
import math

import orjson
import pytest
from hypothesis import given, strategies as st

from app.findings.audit.canonical import LARGEST_INTEGER, _text, canonical, is_plain
from tests.fuzz import fuzzed


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (5e-324, "5e-324"),
        (-5e-324, "-5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (9007199254740992.0, "9007199254740992"),
        (295147905179352830000.0, "295147905179352830000"),
        (9.999999999999997e22, "9.999999999999997e+22"),
        (1e23, "1e+23"),
        (1.0000000000000001e23, "1.0000000000000001e+23"),
        (999999999999999700000.0, "999999999999999700000"),
        (1e21, "1e+21"),
        (9.999999999999997e-7, "9.999999999999997e-7"),
        (0.000001, "0.000001"),
        (333333333.3333332, "333333333.3333332"),
        (-0.0000033333333333333333, "-0.0000033333333333333333"),
        (1424953923781206.2, "1424953923781206.2"),
    ],
)
def test_numbers_are_written_as_ecmascript_writes_them(number, written):
    assert canonical(number) == written.encode()


def test_the_example_of_the_rfc_comes_out_as_it_stands_there():
    given = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    assert canonical(given).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_are_sorted_by_their_utf_16_code_units():
    names = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    order = [2, 4, 6, 7, 1, 5, 3]
    assert list(orjson.loads(canonical(names)).values()) == order


@pytest.mark.parametrize("value", [math.nan, math.inf, LARGEST_INTEGER + 1, object(), b"bytes"])
def test_what_json_does_not_hold_exactly_is_refused(value):
    with pytest.raises(ValueError, match=r"JSON|exact"):
        canonical(value)


_values = st.recursive(
    st.none() | st.booleans() | st.text() | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@fuzzed(60)
@given(_values)
def test_what_was_stored_and_read_again_has_the_same_bytes(value):
    # Written as ECMAScript does, a large float looks like an integer.
    whole = json.loads(canonical(value), parse_int=lambda text: int(text) if len(text) < 17 else float(text))
    assert whole == value
    assert canonical(orjson.loads(orjson.dumps(value))) == canonical(value)


@fuzzed(60)
@given(_values)
def test_the_short_way_writes_the_same_as_the_long_one(value):
    assert canonical(value) == _text(value).encode()
    assert is_plain({"detail": {"kind": "domain", "n": 5}, "origin": {}})
    assert not is_plain({"\u20ac": 1})
    assert not is_plain({"weight": 1.5})
