"""Signs of a place: what anybody can put there, what a page there asks for, what it downloads."""

from __future__ import annotations

import re

from app.engine.links.address import PRIVATE, Address
from app.engine.links.hosting import ABUSED_ENDINGS
from app.engine.links.sign import Sign
from app.engine.model import Confidence

_LOW, _MEDIUM = Confidence.LOW, Confidence.MEDIUM

_USUAL_PORTS = frozenset((0, 80, 443, 8080, 8443))
#: Ports on which well-known programs of companies answer: panels, monitoring, build servers, storage.
_PORTS_OF_SERVICES = frozenset((
    2082, 2083, 2086, 2087, 2095, 2096, 3000, 5000, 5001, 5601, 8000, 8006, 8081, 8088, 8090, 8444, 8834, 8888, 9000,
    9090, 9091, 9443, 10000,
))  # fmt: skip


def port(address: Address) -> Sign | None:
    """A port that browsers have to be told."""
    if address.port in _USUAL_PORTS or PRIVATE.match(address.host) or address.host in ("localhost", "[::1]"):
        return None
    if address.home == address.host and not address.ending:
        return None
    if address.port in _PORTS_OF_SERVICES and not address.number and not address.hosting:
        return None
    return Sign("port", _LOW, "Address with an unusual port", f"{address.host}:{address.port}")


#: Kinds of hosting under which a name says nothing about who wrote the page.
ANYBODY = frozenset(("pages", "common", "ipfs", "tunnel", "dynamic"))
_PAGES = (".html", ".htm", ".shtml", ".xhtml", ".php", ".svg")
#: Pictures and styles of ordinary mails lie in the same clouds.
_STATIC = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".ico", ".css", ".js", ".woff", ".woff2", ".ttf", ".mp4")
_HOSTING_SIGNS = {
    "tunnel": Sign("tunnel", _MEDIUM, "Leads to somebody's own machine through a tunnel"),
    "dynamic": Sign("dynamic_name", _LOW, "Leads to a machine whose place changes from day to day"),
    "ipfs": Sign("ipfs", _MEDIUM, "Leads to a page in a file-sharing network that nobody can take down"),
    "pages": Sign("free_hosting", _LOW, "Page on free hosting, where anybody can put one"),
}
_IN_STORE = Sign("free_hosting", _MEDIUM, "Page in a store for files, where anybody can put one")
#: Stores in which companies keep pictures and programs use files, but hardly anybody a page that mails lead to.
_STORES_WITHOUT_PAGES = (
    "storage.googleapis.com", "storage.cloud.google.com", "linodeobjects.com", "wasabisys.com", "backblazeb2.com",
    "r2.cloudflarestorage.com", "firebasestorage.googleapis.com", "vultrobjects.com", "contabostorage.com", "scw.cloud",
)  # fmt: skip
#: Services of Amazon that write the mails themselves.
_SERVICES = ("sns.", "sqs.", "ses.", "email.", "signin.", "console.")


def hosting(address: Address) -> Sign | None:
    """A place where anybody can put a page, and that companies seldom send each other."""
    if not address.hosting:
        return None
    if address.path.lower().endswith((".html", ".htm", ".shtml")) and address.host.endswith(_STORES_WITHOUT_PAGES):
        return _IN_STORE
    if address.hosting == "store":
        if address.host.startswith(_SERVICES):
            return None
        page = address.path.lower().endswith(_PAGES) or address.own == ""
        return _HOSTING_SIGNS["pages"] if page else None
    if address.hosting == "pages" and (address.path.lower().endswith(_STATIC) or _PREVIEW.search(address.own)):
        return None
    return _HOSTING_SIGNS.get(address.hosting)


#: What the hosts of developers call the page of one branch.
_PREVIEW = re.compile(r"-git-|^deploy-preview-\d|--[a-z0-9-]{1,60}$")
_ASKS = re.compile(
    r"(?<![a-z])(?:log-?[io]n|sign-?[io]n|signin|webmail|verif(?:y|ication)|secure|account|password|update|confirm|auth"
    r"|sso|wallet|unlock|billing|invoice|recover|owa|office|onedrive|sharepoint|docusign|kyc)",
    re.I,
)


#: What is telling even where ordinary projects have their pages.
_ASKS_PLAINLY = re.compile(r"log-?in(?![a-z])|sign-?in|webmail|verif(?:y|ication)|wallet|password|unlock|confirm", re.I)


def asks(address: Address) -> Sign | None:
    """Words that ask for a password, on hosting where anybody can put a page."""
    if address.hosting not in ANYBODY:
        return None
    if address.hosting == "common":
        asked = _ASKS_PLAINLY.search(address.own)
    else:
        asked = _ASKS.search(address.own) or _ASKS.search(address.path[:200])
    if asked:
        return Sign("asks_on_free_hosting", _MEDIUM, "Asks to sign in, on hosting where anybody can put a page")
    return None


def asks_in_clear(address: Address) -> Sign | None:
    """A page to sign in without encryption: browsers warn of these, so companies have none any more."""
    if address.number or not address.url.startswith("http://") or address.ending == address.host:
        return None
    if _PAGE_TO_SIGN_IN.search(address.path[:200]) and not PRIVATE.match(address.host):
        return Sign("asks_in_clear", _LOW, "Asks to sign in over a connection that anybody can read")
    return None


_PAGE_TO_SIGN_IN = re.compile(
    r"/(?:(?:log-?in|sign-?in|webmail|wallet|unlock)(?:/|\.php|\.html?)?|(?:verify|secure|account|confirm)\w{0,12}\.php)$",
    re.I,
)
_PROGRAMS = re.compile(
    r"\.(?:exe|scr|msi|bat|cmd|ps1|vbs|vbe|js|jse|hta|lnk|iso|img|vhdx?|jar|apk|dmg|pkg|com|pif|cpl|appx|msix|xll|wsf|one"
    r"|docm|xlsm|pptm|sh|elf|mips|arm[4567]?|x86)$",
    re.I,
)
_ARCHIVES = re.compile(r"\.(?:zip|rar|7z|cab|ace|arj|tgz|tar\.gz|gz|xz|z|lzh|uue)$", re.I)
_STRANGE = frozenset(("tunnel", "dynamic", "ipfs", "files", "pages"))
_ORDINARY_SCRIPTS = (".js", ".sh", ".com")


def download(address: Address) -> Sign | None:
    """A program or an archive, from a place that says nothing about who put it there."""
    if not address.number and address.hosting not in _STRANGE:
        return None
    if PRIVATE.match(address.host):
        return None
    path = address.path[-40:].lower()
    if _PROGRAMS.search(path) and not (path.endswith(_ORDINARY_SCRIPTS) and not address.number):
        return Sign("program", _MEDIUM, "Downloads a program from a place where anybody can put one")
    if _ARCHIVES.search(path) and address.hosting != "pages":
        return Sign("archive", _LOW, "Downloads an archive from a place where anybody can put one")
    return None


_TAKEN_OVER = re.compile(
    r"/(?:wp-(?:content|includes|admin)|\.well-known|cgi-bin|components/com_\w+|modules/mod_\w+)/(?:[^?]{0,200})"
    r"(?:/|\.php|\.html?|\.shtml)$",
    re.I,
)
_ORDINARY_PARTS = re.compile(
    r"/(?:gp/css/|wp-admin/(?:admin(?:-ajax)?|post(?:-new)?|edit(?:-comments)?|comment|index|options|users|profile"
    r"|plugins|themes|update-core|upload|site-health|tools)?(?:\.php)?$|wp-content/uploads/(?:\d{4}/\d{2}/)?$"
    r"|\.well-known/(?:acme|security|openid|oauth|apple|assetlinks|change-password|pki)|cgi-bin/(?:mailman|bugreport))",
    re.I,
)


#: Folders of pictures, styles and programs: nobody keeps a page there.
_PARTS = re.compile(
    r"/(?:js|css|fonts?|vendor|node_modules|tmp|temp|cache|backup|uploads?|img|images)/(?:[^?]{0,120}\.(?:php|html?|shtml)$"
    r"|(?:[\w-]{1,40}/){2,8}$)",
    re.I,
)


#: Runs of letters and long numbers, as senders of bulk mail make them; base64, hexadecimal and UUIDs look different.
_DRAWN = re.compile(r"(?:[A-Za-z]{1,6}\d{3,9}){4}")
#: A path that is nothing but one long word of base64, with small and capital letters and digits.
_ENCODED = re.compile(r"/(?=[^a-z]{0,60}[a-z])(?=[^A-Z]{0,60}[A-Z])(?=[^\d]{0,60}\d)[A-Za-z0-9+=_]{20,390}$")


def random_path(address: Address) -> Sign | None:
    """A path drawn by lot: ``/track/o41094lDxxG22448528nEnr49413fcn34421UGWB176``; under cheap endings base64, too."""
    if len(address.path) < 20:
        return None
    cheap = address.ending in ABUSED_ENDINGS and address.url.startswith("http://")
    if _DRAWN.search(address.path[:300]) or (cheap and _ENCODED.match(address.path[:400])):
        return Sign("random_path", _LOW, "Address that looks drawn by lot")
    return None


def taken_over(address: Address) -> Sign | None:
    """A page in a folder that belongs to the software of the site, where its owner writes none."""
    path = address.path[:400]
    if len(path) < 6:
        return None
    if (_TAKEN_OVER.search(path) or _PARTS.search(path)) and not _ORDINARY_PARTS.search(path):
        return Sign("hidden_page", _LOW, "Page hidden in a folder of somebody's web site")
    return None
