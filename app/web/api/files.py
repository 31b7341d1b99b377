"""Files that others send to be judged, what they are told afterwards, and judging again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from flask import Response
from pydantic import Field

from app.access.roles import Role
from app.findings.service import Audit
from app.tickets.service.uploads import Upload
from app.web.api.models import In, Out, ScanDetail, Text
from app.web.api.operations import Api, caller_token, json, parsed_form
from app.web.api.received import received
from app.web.auth import identity, needs
from app.web.problems import not_found

if TYPE_CHECKING:
    from app.bootstrap import Services


class FileForm(In):
    """What may come beside the file; without ``connection`` it belongs to no tenant."""

    password: Annotated[Text, Field(max_length=200)] = Field("", description="What opens the file, when it is locked.")
    callback_url: Annotated[Text, Field(max_length=2_000)] = Field(
        "", description="Where the scan is posted with every verdict on it, signed; https, and a public host."
    )
    connection: Annotated[Text, Field(max_length=200)] | None = None


class FileTaken(Out):
    """The scan of the file, which is under way."""

    scan_id: int


class CallbackSecret(Out):
    """The key by which what is posted to the ``callback_url`` of this token is signed."""

    secret: str


def add_routes(api: Api, services: Services, audit: Audit) -> None:
    """Add ``/files``, ``/callbacks/secret`` and the judging again below ``/scans``."""

    @api.operation(
        "POST",
        "/files",
        "Judge a file of up to 500 MiB. It is kept in the vault; no ticket is touched",
        {202: FileTaken},
        form=FileForm,
        errors=(503,),
    )
    @needs(Role.ANALYST)
    def scan_file() -> Response:
        with received(services.settings.spool) as file:
            form = parsed_form(FileForm, file.fields)
            upload = Upload(
                file.path, file.sha256, file.size, file.name, form.password, form.callback_url, form.connection
            )
            scan_id = services.uploads.take(upload, actor=identity().name, token_id=caller_token())
        audit.record(identity().name, "file.taken_in", subject=f"scan:{scan_id}", size=file.size)
        return json({"scan_id": scan_id}, 202)

    @api.operation("GET", "/callbacks/secret", "The key that signs what is posted to you", {200: CallbackSecret})
    @needs(Role.ANALYST)
    def get_callback_secret() -> Response:
        return json({"secret": services.callbacks.secret(caller_token())})

    @api.operation(
        "POST",
        "/scans/<row:scan_id>/rescan",
        "Judge it again with today's rules; a person's verdict still comes first",
        {202: ScanDetail},
        errors=(409,),
    )
    @needs(Role.ANALYST)
    def rescan(scan_id: int) -> Response:
        services.rescans.order(scan_id)
        audit.record(identity().name, "scan.ordered_again", subject=f"scan:{scan_id}")
        found = services.queries.detail(scan_id)
        if found is None:
            raise not_found("scan with this id")
        return json(found, 202)
