"""Fetch a tenant's files into the spool, with the tenant's authorization where it belongs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.adapters.zendesk import Attachment, Downloaded, Downloader, SignInRequired, TokenSource

#: Bytes. Zendesk takes 50 MB a file on most plans; what is larger is not looked at and says so.
LARGEST_FILE = 128 * 1024 * 1024


class TenantFetcher:
    """Downloads attachments of one tenant."""

    def __init__(self, downloader: Downloader, tokens: TokenSource) -> None:
        self._downloader = downloader
        self._tokens = tokens

    def fetch(
        self, source: dict[str, Any], name: str, destination: Path, progress: Callable[[int], None]
    ) -> Downloaded:
        """Fetch what ``source`` (the fields of an ``Attachment``) names; raises what ``Downloader.download`` says.

        An authorization that the tenant finds too old is renewed once.
        """
        attachment = Attachment(**{**source, "file_name": name})
        authorization = self._tokens.authorization()
        try:
            return self._download(attachment, destination, authorization, progress)
        except SignInRequired:
            return self._download(attachment, destination, self._tokens.refresh(authorization), progress)

    def _download(
        self, attachment: Attachment, destination: Path, authorization: str, progress: Callable[[int], None]
    ) -> Downloaded:
        return self._downloader.download(
            attachment.content_url,
            destination,
            cap_bytes=LARGEST_FILE,
            authorization=authorization,
            progress=progress,
            attachment=attachment,
        )
