"""What is said beside the pictures of a file, and in their place where there are none. Pure."""

from __future__ import annotations

from app.engine.preview.answer import MOST_PAGES, Refusal, Shape
from app.engine.preview.process import End
from app.tickets.service.previews import Shown

_SHAPES = {
    Shape.PICTURE: "The picture, drawn anew from its points; nothing else of the file is in it.",
    Shape.PAGES: "The pages as a reader program shows them. Links do nothing, scripts were not run.",
    Shape.TEXT: "The text as it is written, letter by letter. Markup and scripts are shown, not run.",
    Shape.MAIL: "The mail as text only: who wrote to whom, its words, and the names of what is attached.",
    Shape.OFFICE_TEXT: (
        "Text only: the words of the document without its looks, pictures and fonts. "
        "No program that draws office documents is part of Deskwarden."
    ),
    Shape.LISTING: "Names only: what the archive holds, with sizes in bytes.",
}
_REFUSALS = {
    Refusal.NO_RENDERER: "Nothing here draws this kind of file. Download it to look at it in a place made for that.",
    Refusal.LOCKED: "The file opens with a password only, so nothing can be drawn of it.",
    Refusal.DAMAGED: "The file is damaged, or made so that readers give up on it; nothing could be drawn.",
    Refusal.EMPTY: "There is nothing in the file that could be drawn.",
    Refusal.NONE: "",
}
_ENDS = {
    End.WHOLE: "",
    End.CRASHED: (
        "The program that draws broke down over this file, which ordinary files do not do. "
        "It was locked away from everything else, so nothing came of it."
    ),
    End.LATE: "Drawing took too long and was stopped.",
    End.REFUSED: (
        "The program that draws answered with something that is no picture, which it never does by itself: "
        "treat the file as an attack on whoever opens it. Its answer was thrown away."
    ),
}


def about(shown: Shown) -> list[str]:
    """Return what the reader should know of the pictures, the gravest first."""
    head, drawn = shown.head, len(shown.pages)
    lines = [_ENDS[shown.end]]
    if head.refusal is Refusal.TOO_LARGE:
        lines.append(f"The picture is too large to be drawn: {head.width:,} × {head.height:,} points.")
    else:
        lines.append(_REFUSALS[head.refusal])
    if drawn:
        lines.append(_SHAPES.get(head.shape, ""))
    if 0 < drawn < head.pages:
        most = " at most" if drawn == MOST_PAGES else ""
        lines.append(f"The first {drawn} of {head.pages:,} pages{most}.")
    missing = sum(page[2] for page in shown.pages)
    if missing:
        letters = "1 letter has" if missing == 1 else f"{missing:,} letters have"
        lines.append(f"{letters} no picture in the fonts of this machine and stand as boxes.")
    return [line for line in lines if line]


def is_alarming(shown: Shown) -> bool:
    """Return whether the drawing itself says something bad of the file."""
    return shown.end in (End.CRASHED, End.REFUSED)
