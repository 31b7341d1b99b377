"""``/api/v1/views``: filters of the list under a name, own and shared."""

from __future__ import annotations

from app.access.roles import Role

MINE = {"name": "Bad of today", "query": "verdict=malicious&within=24h"}


def save(site, role=Role.VIEWER, **body):
    return site.post("/views", role, json={**MINE, **body})


def names(site, role):
    return [view["name"] for view in site.get("/views", role).get_json()["results"]]


def test_a_view_is_kept_for_whoever_made_it(site):
    saved = save(site)
    assert saved.status_code == 201
    assert {**MINE, "shared": False, "own": True}.items() <= saved.get_json().items()
    assert names(site, Role.VIEWER) == ["Bad of today"]
    assert names(site, Role.ANALYST) == []


def test_the_same_name_again_replaces_it(site):
    first, again = save(site), save(site, query="kind=url")
    assert first.get_json()["id"] == again.get_json()["id"]
    assert site.get("/views").get_json()["results"][0]["query"] == "kind=url"


def test_sharing_takes_an_analyst_and_everybody_sees_it(site):
    assert save(site, shared=True).status_code == 403
    shared = save(site, Role.ANALYST, shared=True).get_json()
    assert names(site, Role.VIEWER) == ["Bad of today"]
    assert site.call("DELETE", f"/views/{shared['id']}", Role.VIEWER).status_code == 404
    assert site.call("DELETE", f"/views/{shared['id']}", Role.ADMIN).status_code == 204
    assert names(site, Role.VIEWER) == []


def test_what_does_not_fit_is_refused(site):
    assert save(site, name="").status_code == 422
    assert save(site, name="x" * 61).status_code == 422
    assert save(site, query="x" * 2_001).status_code == 422
    assert site.call("DELETE", "/views/7").status_code == 404
