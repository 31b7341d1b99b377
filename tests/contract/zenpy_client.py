"""Drives a tenant with zenpy and prints what it saw as JSON. A process of its own: zenpy is not part of the product.

Usage: zenpy_client.py EMAIL TOKEN TICKET FILE
"""

from __future__ import annotations

import json
import sys
from typing import Any

from zenpy import Zenpy
from zenpy.lib.api_objects import Comment


def main(email: str, token: str, ticket_id: int, path: str) -> dict[str, Any]:
    client = Zenpy(subdomain="sandbox", email=email, token=token)
    comments = list(client.tickets.comments(ticket=ticket_id))
    seen: dict[str, Any] = {
        "me": client.users.me().name,
        "tickets": [ticket.subject for ticket in client.tickets()],
        "cursor": [ticket.subject for ticket in client.tickets(cursor_pagination=2)],
        "comments": [comment.plain_body for comment in comments],
        "authors": [comment.author.name for comment in comments],
        "file": client.attachments.download(comments[0].attachments[0].id).getvalue().decode(),
    }
    upload = client.attachments.upload(path, target_name="report.txt", content_type="text/plain")
    ticket = client.tickets(id=ticket_id)
    ticket.comment = Comment(body="From zenpy", public=False, uploads=[upload.token])
    seen["audit"] = [event["type"] for event in client.tickets.update(ticket).audit.events]

    answer = client.attachments.redact(ticket_id, comments[0].id, comments[0].attachments[0].id)
    seen["redact_answer"] = answer.file_name
    after = list(client.tickets.comments(ticket=ticket_id))
    seen["files"] = [[file.file_name for file in comment.attachments] for comment in after]
    seen["public"] = [comment.public for comment in after]
    seen["events"] = len(list(client.tickets.events(start_time=1)))
    return seen


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])))
