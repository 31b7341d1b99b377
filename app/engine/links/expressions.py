"""The expressions under which lists of bad addresses name a place: host suffixes combined with path prefixes.

As Google publishes it for Safe Browsing (developers.google.com/safe-browsing/reference/URLs.and.Hashing, "Suffix/prefix
expressions"): the host and up to four shorter ones made of its last five labels, each with the path and query, the
path alone, and up to four folders from the root on. Scheme, userinfo and port are left out.
"""

from __future__ import annotations

#: Labels of the longest shortened host, and shorter hosts beside the host itself.
_LABELS = 5
_SUFFIXES = 4
#: Folders from the root on, the root included.
_FOLDERS = 4


def expressions(url: str) -> tuple[str, ...]:
    """Return the expressions of an address in canonical form, the most exact one first, at most 30."""
    host, path, query = _parts(url)
    places = _paths(path, query)
    return tuple(name + place for name in _hosts(host) for place in places)


def safe_browsing(url: str) -> str:
    """Return an address in canonical form as Safe Browsing writes it, which drops the port; ours keeps it."""
    scheme, mark, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{mark}{_without_port(authority)}{slash}{path}"


def _parts(url: str) -> tuple[str, str, str]:
    """Return host, path, and path with query; the last is empty when there is no query."""
    authority, _, rest = url.partition("://")[2].partition("/")
    path, mark, _ = rest.partition("?")
    return _without_port(authority), "/" + path, f"/{rest}" if mark else ""


def _without_port(authority: str) -> str:
    if authority.startswith("["):
        return authority.partition("]")[0] + "]"
    return authority.partition(":")[0]


def _hosts(host: str) -> list[str]:
    labels = host.split(".")
    if host.startswith("[") or labels[-1].isdigit():
        return [host]
    shorter = labels[-_LABELS:] if len(labels) > _LABELS else labels[1:]
    hosts = [".".join(shorter[at:]) for at in range(len(shorter) - 1)]
    return [host, *hosts[:_SUFFIXES]]


def _paths(path: str, query: str) -> list[str]:
    paths = [query, path] if query else [path]
    folders = path.split("/")[1:-1]
    for depth in range(min(_FOLDERS, len(folders) + 1)):
        folder = "/" + "".join(f"{name}/" for name in folders[:depth])
        if folder not in paths:
            paths.append(folder)
    return paths
