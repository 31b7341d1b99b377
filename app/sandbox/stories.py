"""Demo stories: what customers send in a day, from harmless to hostile. Each is one ticket; all files are harmless."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from app.sandbox import samples

if TYPE_CHECKING:
    from app.sandbox.server import Sandbox

#: Password of the locked archive; the story does not tell it, so that nobody can look inside.
LOCKED_PASSWORD = "kx7-Qm2"  # noqa: S105 -- of a sample that holds the EICAR test file


def clean_files(tenant: Sandbox) -> int:
    """A customer sends an ordinary PDF and a picture."""
    text = "Hello,\n\nplease find my signed order form attached, and a photo of the box.\n\nBest regards,\nAda"
    files = [("order-form.pdf", samples.pdf("Signed order form 4711")), ("box.png", samples.png(320, 200))]
    return tenant.add_ticket("Order 4711", text, files).id


def eicar_file(tenant: Sandbox) -> int:
    """The test file that every scanner knows."""
    text = "Our gateway let this through. Can you open it on your side?"
    return tenant.add_ticket("File does not open", text, [("statement.com", samples.eicar())]).id


def macro_in_zip_in_mail(tenant: Sandbox) -> int:
    """A forwarded mail, in it an archive, in it a document whose macro starts by itself."""
    archive = samples.zip_of({"Invoice-2026-11.docm": samples.macro_document()})
    mail = samples.mail_with([("Invoice-2026-11.zip", archive)], subject="Invoice overdue", body="Invoice attached.")
    text = "I got this mail in your name. Is it really from you? I forward it as a file."
    return tenant.add_ticket("Is this invoice yours?", text, [("Invoice overdue.eml", mail, "message/rfc822")]).id


def inline_images(tenant: Sandbox) -> int:
    """Two pictures in the text: one is only a picture, the other carries a hostile text."""
    good = ("screenshot.png", samples.png(240, 140))
    bad = ("signature.png", samples.png(120, 40, text=samples.eicar()))
    text = "The error looks like this, please see the screenshot:"
    return tenant.add_ticket("Error on the payment page", text, inline=[good, bad]).id


def locked_archive(tenant: Sandbox) -> int:
    """An archive with a password that is not told."""
    files = [("payroll.zip", samples.locked_archive(LOCKED_PASSWORD))]
    text = "The payroll list, locked for safety. I will tell you the password on the phone."
    return tenant.add_ticket("Payroll list", text, files, requester=tenant.customers[1]).id


def hostile_link(tenant: Sandbox) -> int:
    """A message with a link to a false sign-in page."""
    text = "Your mailbox is full. Sign in within 24 hours to keep your messages:\nhttp://phish.example/login"
    return tenant.add_ticket("Mailbox quota exceeded", text, requester=tenant.customers[1], channel="email").id


def lookalike_link(tenant: Sandbox) -> int:
    """A message whose link shows one address and leads, through a mail gateway, to one that only looks like it."""
    target = "https%3A%2F%2Fwww.micr0soft-login.example%2Fverify%3Fcase%3D4711"
    link = f"https://nam02.safelinks.protection.outlook.com/?url={target}&amp;data=05%7C01%7C&amp;reserved=0"
    html = (
        "<p>Hello,</p><p>your colleague shared a document with me. It asks me to sign in here:<br>"
        f'<a href="{link}">https://www.microsoft.com/account</a></p><p>Is that right? Thanks, Ada</p>'
    )
    return tenant.add_ticket("Shared document asks for my password", "", html=html, channel="email").id


def closed_ticket(tenant: Sandbox) -> int:
    """A hostile file comes last, and the ticket is closed at once."""
    ticket = tenant.add_ticket("Thank you", "Everything works now.", requester=tenant.customers[1])
    tenant.add_comment(ticket.id, "One last file for your records.", [("records.zip", _zipped_eicar())])
    tenant.close(ticket.id)
    return ticket.id


def false_positive(tenant: Sandbox) -> int:
    """The very script that support asked for: harmless, of a type that is not allowed, until a person says so."""
    text = "Here is the script that your colleague asked for. It collects the log files."
    return tenant.add_ticket("Log files", text, [("collect-logs.bat", samples.log_collector())]).id


def double_extension(tenant: Sandbox) -> int:
    """A script that calls itself a PDF."""
    text = "Here is my invoice as a PDF."
    return tenant.add_ticket("Invoice 2026-1187", text, [("invoice-1187.pdf.js", samples.script_launcher())]).id


def sign_in_page(tenant: Sandbox) -> int:
    """A web page with a sign-in form comes as a reply to a harmless conversation."""
    ticket = tenant.add_ticket("Shared document", "Which address should I send the contract to?")
    tenant.add_comment(ticket.id, "Please send it here.", author=tenant.agent)
    tenant.add_comment(ticket.id, "Sign in to see it.", [("contract.html", samples.credential_form(), "text/html")])
    return ticket.id


def _zipped_eicar() -> bytes:
    return samples.zip_of({"records/notes.txt": b"Nothing to see.", "records/data.txt": samples.eicar()})


STORIES: dict[str, Callable[[Sandbox], int]] = {
    "clean": clean_files,
    "eicar": eicar_file,
    "macro": macro_in_zip_in_mail,
    "inline": inline_images,
    "locked": locked_archive,
    "link": hostile_link,
    "lookalike": lookalike_link,
    "closed": closed_ticket,
    "false-positive": false_positive,
    "double-extension": double_extension,
    "sign-in-page": sign_in_page,
}


def play(
    tenant: Sandbox,
    names: Sequence[str] | None = None,
    *,
    pause: float = 0.0,
    told: Callable[[str, int], None] | None = None,
) -> dict[str, int]:
    """Play the named stories, or all, ``pause`` seconds apart; return the ticket of each by its name.

    ``told`` is called with name and ticket as each is played. Raises ``KeyError`` for an unknown name.
    """
    chosen = {name: STORIES[name] for name in (names or STORIES)}
    tickets: dict[str, int] = {}
    for position, (name, story) in enumerate(chosen.items()):
        if position and pause:
            time.sleep(pause)
        tickets[name] = story(tenant)
        if told is not None:
            told(name, tickets[name])
    return tickets
