"""Views: own ones, shared ones, the one that a list begins with."""

from __future__ import annotations

import pytest

from app.errors import Rejected
from app.tickets.service.saved_views import MOST_VIEWS, SavedViews
from tests.builders import Clock, a_database


@pytest.fixture
def database(tmp_path):
    database = a_database(tmp_path)
    yield database
    database.close()


@pytest.fixture
def views(database):
    return SavedViews(database, Clock())


def names(views, owner):
    return [view.name for view in views.of(owner)]


def test_a_view_is_seen_by_its_owner_and_when_shared_by_everybody(views):
    views.save("user:1", "mine", "verdict=malicious", shared=False)
    views.save("user:1", "ours", "kind=url", shared=True)
    assert names(views, "user:1") == ["mine", "ours"]
    assert names(views, "user:2") == ["ours"]
    assert [view.own for view in views.of("user:2")] == [False]


def test_a_view_of_the_same_name_is_replaced(views):
    first = views.save("user:1", "mine", "verdict=malicious", shared=False)
    assert views.save("user:1", "mine", "kind=url", shared=False) == first
    assert [view.query for view in views.of("user:1")] == ["kind=url"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\nb", "a\u202eb"])
def test_a_name_that_does_not_fit_is_refused(views, name):
    with pytest.raises(Rejected):
        views.save("user:1", name, "", shared=False)


def test_there_is_an_end_to_views(views):
    for number in range(MOST_VIEWS):
        views.save("user:1", f"view {number}", "", shared=False)
    with pytest.raises(Rejected):
        views.save("user:1", "one more", "", shared=False)


def test_a_list_begins_with_one_view_until_it_does_not(views):
    view = views.save("user:1", "ours", "kind=url", shared=True)
    other = views.save("user:2", "mine", "", shared=False)
    assert views.begin_with("user:2", view)
    assert [each.name for each in views.of("user:2") if each.default] == ["ours"]
    assert not any(each.default for each in views.of("user:1"))
    assert views.begin_with("user:2", other)
    assert [each.name for each in views.of("user:2") if each.default] == ["mine"]
    assert views.begin_with("user:2", None)
    assert not any(each.default for each in views.of("user:2"))


def test_nobody_begins_with_the_own_view_of_another(views):
    assert not views.begin_with("user:2", views.save("user:1", "mine", "", shared=False))


def test_a_removed_view_is_gone_as_a_beginning_too(views):
    view = views.save("user:1", "ours", "", shared=True)
    views.begin_with("user:2", view)
    assert views.remove("user:1", view).name == "ours"
    assert views.of("user:2") == []


def test_only_who_may_removes_the_shared_view_of_another(views):
    view = views.save("user:1", "ours", "", shared=True)
    mine = views.save("user:1", "mine", "", shared=False)
    assert views.remove("user:2", view) is None
    assert views.remove("user:2", mine, others=True) is None
    assert views.remove("user:2", view, others=True) is not None
