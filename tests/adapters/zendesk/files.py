"""The file that is fetched, the page that comes in its place, and a server that sends on to another address."""

from __future__ import annotations

import os

from pytest_httpserver import HTTPServer

from app.adapters.zendesk.records import Attachment

CONTENT = os.urandom(100_000)


PAGE = b"<!DOCTYPE html><html><body>This file is not available.</body></html>"


FILE = Attachment(
    id=1,
    file_name="invoice.pdf",
    content_url="",
    mapped_content_url="",
    content_type="application/pdf",
    size=len(CONTENT),
    inline=False,
    malware_scan_result="not_scanned",
    malware_access_override=False,
)


def forward(server: HTTPServer, path: str, location: str, status: int = 302) -> None:
    server.expect_request(path).respond_with_data(b"", status=status, headers={"Location": location})
