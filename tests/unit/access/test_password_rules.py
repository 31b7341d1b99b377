"""Which passwords will do."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.access.password_rules import normal, objection
from tests.fuzz import fuzzed


@pytest.mark.parametrize(
    "password",
    [
        "seven slow otters knit",
        "correct horse battery",
        "zwölf Boxkämpfer jagen",
        "私は毎朝六時に起きて走ります",
        "4815 1623 4297",
        "xK9#mQ2$vL7!",
        "            a b c d e",
        "x" * 5 + "abcdefg-zyx",
        "🦦🐢🦊🐙🦉🐝🦔🐳🦚🐌🦎🐡",
    ],
)
def test_a_long_unusual_password_will_do_whatever_it_is_made_of(password):
    assert objection(password) is None


@pytest.mark.parametrize("password", ["", "short", "elevenchars", "café" * 2])
def test_a_short_one_will_not(password):
    assert "12 characters" in (objection(password) or "")


def test_an_endless_one_will_not():
    assert "at most" in (objection("otter knits " * 100) or "")


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password1234!",
        "P@ssw0rd2026!!",
        "Passwort123456",
        "welcome 2026!!!",
        "Summer2026!!!!",
        "qwertyuiop123",
        "qwertyuiopas",
        "123456789012",
        "210987654321",
        "abcdefghijkl",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "admin admin 1",
        "!!!letmein!!!!",
        "helpdesk company 1",
        "deskwarden123",
    ],
)
def test_what_is_tried_first_will_not(password):
    assert "tried first" in (objection(password) or "")


@pytest.mark.parametrize(
    "password", ["Rosa.Diaz2026", "rosa.diaz@company.example", "rosa gutierrez", "Rosa Gutierrez!1"]
)
def test_ones_own_name_will_not(password):
    why = objection(password, login="rosa.diaz@company.example", name="Rosa Gutierrez")
    assert "your own name" in (why or "")


@fuzzed()
@given(st.text(max_size=1200))
def test_any_text_gets_an_answer_and_its_normal_form_the_same(password):
    assert objection(normal(password)) == objection(password)
