"""Brand, group and requester of a ticket, read from answers that are not to be trusted."""

from __future__ import annotations

import pytest

from app.adapters.zendesk.places import TicketPlace, read_place


def answer(users, **ticket):
    return {"ticket": {"id": 1, "brand_id": 7, "group_id": "8", "requester_id": 5, **ticket}, "users": users}


def test_the_requester_is_found_among_the_users_that_came_along():
    users = [
        {"id": 4, "email": "x@other.example"},
        {"id": 5, "email": "Bo@Acme.Example", "role": "end-user", "verified": True},
    ]
    assert read_place(answer(users)) == TicketPlace(7, 8, "acme.example", "end-user", True)


@pytest.mark.parametrize(
    "users",
    [None, [], "users", [5], [{"id": None}], [{"id": 6, "email": "a@b.example"}], [{"id": 5}], [{"id": 5, "email": 3}]],
)
def test_what_is_not_said_of_the_requester_is_not_known(users):
    assert read_place(answer(users)) == TicketPlace(7, 8)


@pytest.mark.parametrize("value", [None, 0, "", "x", True, -1, [], {}, 2**70])
def test_ids_that_are_none_are_not_known(value):
    place = read_place(answer([], brand_id=value, group_id=value))
    assert place == TicketPlace()


def test_a_requester_without_an_id_is_nobody_of_the_users():
    assert read_place(answer([{"id": 0, "email": "a@b.example"}], requester_id=0)) == TicketPlace(7, 8)


@pytest.mark.parametrize("document", [{}, {"ticket": None}, {"ticket": []}, {"ticket": {"id": 0}}])
def test_an_answer_without_a_ticket_is_none(document):
    assert read_place(document) is None


def test_a_domain_is_bounded():
    place = read_place(answer([{"id": 5, "email": "a@" + "x" * 10_000}]))
    assert place is not None
    assert len(place.requester_domain) == 253
