"""Every page in a real browser: for people who see badly, use no mouse or have a small screen, light and dark."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.pictures.desk import a_desk
from tests.pictures.pages import NO_PAGES, OUTSIDE, PAGES

#: The rules of WCAG 2.2 up to level AA that a program can look at.
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}

#: How a page looks depends on both, what it is made of on neither: so two windows are held against every rule, and the
#: other two against those that are about colours and sizes.
WINDOWS = {
    (1280, "light"): RULES,
    (360, "dark"): RULES,
    (1280, "dark"): {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}},
    (360, "light"): {"runOnly": {"type": "rule", "values": ["color-contrast", "target-size"]}},
}

#: Bytes of a page, so that it comes quickly over a slow network.
LARGEST_PAGE = 150_000


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with a_desk(tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.fixture(scope="module")
def window(desk, browser):
    context = desk.sign_in(browser)
    yield context.new_page()
    context.close()


def test_every_page_is_looked_at(desk):
    there = {
        rule.endpoint.removeprefix("console.")
        for rule in desk.app.url_map.iter_rules()
        if rule.endpoint.startswith("console.") and "GET" in rule.methods
    }
    assert sorted(there - set(PAGES) - set(OUTSIDE) - NO_PAGES) == [], "add new pages to tests/pictures/pages.py"
    assert sorted({*PAGES, *OUTSIDE, *NO_PAGES} - there) == [], "pages that are gone"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everybody(desk, window, name):
    look_at(desk, window, PAGES[name])


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_page_before_the_door_is_for_everybody(desk, browser, name):
    context = browser.new_context(reduced_motion="reduce")
    look_at(desk, context.new_page(), OUTSIDE[name])
    context.close()


def test_menu_and_account_open_without_a_mouse_and_close_again(desk, window):
    window.set_viewport_size({"width": 360, "height": 740})
    window.goto(f"{desk.address}/mail")
    for button, opened in ((".menu-button", "#menu"), (".who", "#account")):
        window.focus(button)
        window.keyboard.press("Enter")
        assert window.is_visible(opened)
        assert violations(window) == []
        window.keyboard.press("Escape")
        assert not window.is_visible(opened)


def test_the_span_of_the_overview_changes_without_loading_everything_again(desk, window):
    window.set_viewport_size({"width": 1280, "height": 800})
    window.goto(f"{desk.address}/overview")
    window.evaluate("window.stayed = true")
    window.click("text=7 days")
    window.wait_for_selector("nav[aria-label='Span of time'] a[aria-current]:text('7 days')")
    assert window.url.endswith("span=7d")
    assert window.evaluate("window.stayed") is True


def look_at(desk, window, address):
    complaints = []
    window.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    answer = window.goto(desk.address_of(address))
    assert answer is not None
    assert answer.status == 200
    assert len(answer.body()) < LARGEST_PAGE
    for (width, theme), rules in WINDOWS.items():
        window.set_viewport_size({"width": width, "height": 800})
        window.emulate_media(color_scheme=theme)
        found = violations(window, rules)
        assert found == [], f"{address} at {width} px, {theme}"
        wide = window.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{address} needs {wide} px where there are {width}"
    assert complaints == []


def violations(window, rules=RULES):
    """Return what breaks a rule: the rule, and the first places that do."""
    if not window.evaluate("Boolean(window.axe)"):
        window.evaluate(Axe().axe_script)
    found = window.evaluate("rules => axe.run(rules)", rules)["violations"]
    return [(each["id"], [node["target"] for node in each["nodes"][:3]]) for each in found]
