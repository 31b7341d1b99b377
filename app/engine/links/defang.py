"""Write an address so that people can read it and no program makes it a link."""

from __future__ import annotations

import re

from app.engine.printable import printable

_HTTP = re.compile(r"\bh[tx]{2}p(s?)(?=\[?:)", re.I)


def defang(url: str) -> str:
    """Return ``url`` unclickable and on one line, like ``hxxps://bad[.]example/a[.]exe``.

    Every dot, every ``@`` and every ``://`` but the first is broken, in path, query and userinfo too, because mail
    programs and help desks make links of bare host names and of addresses. A scheme other than http gets its colon
    broken. Invisible characters are escaped.
    """
    text = _HTTP.sub(r"hxxp\1", printable(url, limit=2_000).replace("[.]", "."))
    head, mark, tail = text.partition("://")
    if not mark or head not in ("hxxp", "hxxps"):
        head, mark, tail = "", "", text
    tail = tail.replace(":", "[:]") if not mark else tail.replace("://", "[:]//")
    return head + mark + tail.replace(".", "[.]").replace("@", "[@]")
