"""Zendesk: its API, its files, its limits. These are the names to use; the modules beside are how it is done."""

from __future__ import annotations

from app.adapters.zendesk.auth import (
    ApiToken,
    BasicTokens,
    ClientCredentials,
    Credentials,
    MemoryTokenStore,
    OAuthTokens,
    StoredToken,
    TokenSource,
    TokenStore,
    token_source,
)
from app.adapters.zendesk.client import ZendeskClient
from app.adapters.zendesk.connect import account_session
from app.adapters.zendesk.downloads import Downloaded, Downloader
from app.adapters.zendesk.errors import (
    Conflict,
    Forbidden,
    NotAllowed,
    NotFound,
    SignInRequired,
    TooLarge,
    Unprocessable,
    Withheld,
)
from app.adapters.zendesk.exchange import Interrupted
from app.adapters.zendesk.hosts import check_endpoint
from app.adapters.zendesk.places import TicketPlace
from app.adapters.zendesk.rate import Lane, Limiter, LocalLimiter, Room, SharedLimiter
from app.adapters.zendesk.records import (
    Attachment,
    Comment,
    Me,
    NoteWritten,
    Ticket,
    TicketEvent,
    TicketEventsPage,
    Trigger,
    Upload,
    Webhook,
    WebhookTest,
)
from app.adapters.zendesk.transport import Endpoint

__all__ = [
    "ApiToken",
    "Attachment",
    "BasicTokens",
    "ClientCredentials",
    "Comment",
    "Conflict",
    "Credentials",
    "Downloaded",
    "Downloader",
    "Endpoint",
    "Forbidden",
    "Interrupted",
    "Lane",
    "Limiter",
    "LocalLimiter",
    "Me",
    "MemoryTokenStore",
    "NotAllowed",
    "NotFound",
    "NoteWritten",
    "OAuthTokens",
    "Room",
    "SharedLimiter",
    "SignInRequired",
    "StoredToken",
    "Ticket",
    "TicketEvent",
    "TicketEventsPage",
    "TicketPlace",
    "TokenSource",
    "TokenStore",
    "TooLarge",
    "Trigger",
    "Unprocessable",
    "Upload",
    "Webhook",
    "WebhookTest",
    "Withheld",
    "ZendeskClient",
    "account_session",
    "check_endpoint",
    "token_source",
]
