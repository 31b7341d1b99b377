"""``make pictures``: a picture of every page, light and dark, into ``docs/pictures``."""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.browser import NOT_AVAILABLE, a_browser, chromium
from tests.pictures.desk import Desk, a_desk
from tests.pictures.pages import OUTSIDE, PAGES

FOLDER = Path(__file__).parent.parent.parent / "docs" / "pictures"

#: Colours of a picture: enough for flat pages, and half of the bytes.
COLOURS = 128


def main() -> int:
    """Make the pictures; return 0, or 1 when there is no browser to make them with."""
    if chromium() is None:
        print(NOT_AVAILABLE)
        return 1
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, a_desk(Path(home)) as desk, a_browser() as browser:
        for theme in ("light", "dark"):
            inside = desk.sign_in(browser, dark=theme == "dark").new_page()
            outside = browser.new_context(viewport=inside.viewport_size, color_scheme=theme).new_page()
            for pages, window in ((PAGES, inside), (OUTSIDE, outside)):
                for name, address in pages.items():
                    _take(desk, window, address, FOLDER / f"{name.replace('_', '-')}-{theme}.png")
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}")
    return 0


def _take(desk: Desk, window: Page, address: str, place: Path) -> None:
    window.goto(desk.address_of(address))
    picture = Image.open(io.BytesIO(window.screenshot())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(place, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
