"""Whose a host name is, by the public suffix list (publicsuffix.org), which comes with a library: nothing is fetched.

Both parts of the list count: ``co.uk`` under which registries sell names, and ``github.io`` under which companies
give them away. Host names are in canonical form (lower case, punycode).
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import resources

from publicsuffixlist import PublicSuffixList

#: Names remembered with what is known of them; a text names few hosts many times.
_REMEMBERED = 32_768


def load() -> None:
    """Read the list, which takes a tenth of a second once a process; whoever comes first does it otherwise."""
    top_levels()


@lru_cache(_REMEMBERED)
def registrable(host: str) -> str:
    """Return the part of a host that someone registered: ``shop.co.uk`` of ``www.shop.co.uk``.

    Empty for addresses by number, for bare suffixes like ``co.uk``, and below suffixes that nobody knows.
    """
    if not host or host.startswith("[") or host[-1].isdigit():
        return ""
    return _list().privatesuffix(host) or ""


@lru_cache(_REMEMBERED)
def suffix(host: str) -> str:
    """Return the longest public suffix that ``host`` ends in, itself included; empty when none is known."""
    return _list().publicsuffix(host) or ""


def is_suffix(host: str) -> bool:
    """Tell whether names are registered directly below ``host``: ``com``, ``co.uk``, ``github.io``."""
    return bool(host) and suffix(host) == host


def is_top_level(label: str) -> bool:
    """Tell whether a single label is a top-level domain of the internet, in punycode or in its own letters."""
    return label in top_levels()


@cache
def top_levels() -> frozenset[str]:
    """Return all top-level domains, in punycode and in their own letters, as people write them: com, Com, COM."""
    lines = (line.strip() for line in _source().splitlines())
    # The list is in the letters of each script (github.com/publicsuffix/list/wiki/Format).
    own = {line.rpartition(".")[2] for line in lines if line and not line.startswith("//")}
    names = own | {name.encode("idna").decode("ascii") for name in own}
    return frozenset(names | {name.upper() for name in names} | {name.title() for name in names})


@cache
def _list() -> PublicSuffixList:
    return PublicSuffixList(_source(), accept_unknown=False)


def _source() -> str:
    return resources.files("publicsuffixlist").joinpath("public_suffix_list.dat").read_text("utf-8")
