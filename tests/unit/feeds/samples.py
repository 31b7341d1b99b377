"""Feeds as their providers write them, made up line by line."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence


def _row(cells: Sequence[str], between: str = ",") -> str:
    """One line with every cell in quotation marks."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="").writerow(cells)
    return out.getvalue().replace('","', f'"{between}"')


def urlhaus(*urls: tuple[str, str]) -> str:
    """The CSV export of URLhaus with these addresses, each with its day."""
    lines = [
        "################################################################",
        "# abuse.ch URLhaus Database Dump (CSV - recent URLs only)      #",
        "################################################################",
        "#",
        "# id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter",
    ]
    for number, (url, day) in enumerate(urls, 1):
        about = f"https://urlhaus.abuse.ch/url/{number}/"
        lines.append(
            _row([str(number), f"{day} 10:04:08", url, "online", "", "malware_download", "elf,mirai", about, "x"])
        )
    return "\r\n".join(lines) + "\r\n"


def threatfox(*rows: tuple[str, str, str, int, bool]) -> str:
    """The CSV export of ThreatFox: value, type, threat, confidence, and whether the site was broken into."""
    titles = (
        *("first_seen_utc", "ioc_id", "ioc_value", "ioc_type", "threat_type", "fk_malware", "malware_alias"),
        *("malware_printable", "last_seen_utc", "confidence_level", "is_compromised", "reference", "tags"),
        *("anonymous", "reporter"),
    )
    lines = ["# ThreatFox IOCs: recent additions - CSV format #", "#", "# " + _row(titles)]
    for number, (value, kind, threat, confidence, broken_into) in enumerate(rows, 1):
        cells = ["2026-11-20 22:19:04", str(number), value, kind, threat, "js.x", "None", "X", "", str(confidence)]
        lines.append(_row([*cells, str(broken_into), "None", "a,b", "1", "anonymous"], ", "))
    return "\n".join([*lines, f"# Number of entries: {len(rows)}"]) + "\n"


def phishtank(*rows: tuple[str, str, str]) -> str:
    """The CSV of PhishTank: address, verified, online."""
    lines = ["phish_id,url,phish_detail_url,submission_time,verified,verification_time,online,target"]
    for number, (url, verified, online) in enumerate(rows, 1):
        times = ("2026-11-20T15:15:47+00:00", verified, "2026-11-20T15:37:31+00:00", online)
        lines.append(",".join([str(number), f'"{url}"', f"http://www.phishtank.com/{number}", *times, "Other"]))
    return "\n".join(lines) + "\n"


DROP_JSON = (
    '{"cidr":"203.0.113.0/24","sblid":"SBL256894","rir":"apnic"}\n'
    '{"cidr":"2001:db8::\\/29","sblid":"SBL1","rir":"ripencc"}\n'
    '{"type":"metadata","timestamp":1790329442,"size":1,"records":2,"copyright":"(c) 2026 The Spamhaus Project SLU"}\n'
)
