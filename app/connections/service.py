"""Connect a tenant, keep its credentials, and hand out clients for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import insert, select, update

from app.adapters.zendesk import (
    ApiToken,
    ClientCredentials,
    Credentials,
    Downloader,
    Endpoint,
    Limiter,
    Me,
    MemoryTokenStore,
    Room,
    StoredToken,
    Trigger,
    Webhook,
    ZendeskClient,
    account_session,
    check_endpoint,
    token_source,
)
from app.connections import setup
from app.connections.fetcher import TenantFetcher
from app.connections.tables import connections
from app.db import Database
from app.errors import Misconfigured, Rejected
from app.findings.audit.origin import actor
from app.findings.audit.service.writing import note
from app.findings.policies.service import Policies
from app.findings.policies.store import malicious_links
from app.findings.policy import LinkPolicy
from app.keys import MasterKey

log = structlog.get_logger()

#: Seconds for which a client is reused: new credentials of a connection are in use everywhere after that.
REMEMBERED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Link:
    """What it takes to reach a tenant: how ``connect`` was called. ``links`` None leaves what was chosen before."""

    name: str
    base_url: str
    credentials: Credentials
    recipients: tuple[str, ...] = ()
    links: LinkPolicy | None = None


class DatabaseTokenStore:
    """Keeps a connection's access token where all processes see it; renewing is for one at a time."""

    def __init__(self, database: Database, keys: MasterKey, connection_id: int) -> None:
        self._database = database
        self._keys = keys
        self._id = connection_id

    def load(self) -> StoredToken | None:
        """Return the token in use, or None."""
        columns = (connections.c.token, connections.c.token_obtained_at, connections.c.token_expires_at)
        with self._database.read() as connection:
            row = connection.execute(select(*columns).where(connections.c.id == self._id)).one_or_none()
        if row is None or row.token is None:
            return None
        token = self._keys.unseal("access-token", row.token).decode()
        return StoredToken(token, row.token_obtained_at or 0.0, row.token_expires_at)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the right to renew, alone among all processes and machines."""
        with self._database.exclusive(f"token:{self._id}"):
            yield

    def save(self, token: StoredToken) -> None:
        """Keep a token durably."""
        with self._database.write() as connection:
            connection.execute(
                update(connections)
                .where(connections.c.id == self._id)
                .values(
                    token=self._keys.seal("access-token", token.access_token.encode()),
                    token_obtained_at=token.obtained_at,
                    token_expires_at=token.expires_at,
                )
            )


class Connections:
    """The tenants we are connected to."""

    def __init__(
        self,
        database: Database,
        keys: MasterKey,
        *,
        public_url: str,
        trusted_hosts: frozenset[str],
        limiter: Callable[[str], Limiter | None],
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._keys = keys
        self._public_url = public_url
        self._trusted = trusted_hosts
        self._limiter = limiter
        self._now = now
        self._clients: dict[tuple[int, int], tuple[float, ZendeskClient]] = {}
        self._limiters: dict[str, Limiter | None] = {}
        self._lock = threading.Lock()

    # -- clients

    def row(self, name: str) -> Any:
        """Return the row of a connection; raises Rejected when there is none of that name."""
        with self._database.read() as connection:
            row = connection.execute(select(connections).where(connections.c.name == name)).one_or_none()
        if row is None or row.disconnected_at is not None:
            raise Rejected(f"There is no connection named '{name}'. 'deskwarden connect' makes one.", code="not-found")
        return row

    def by_id(self, connection_id: int) -> Any:
        """Return the row of a connection; raises Misconfigured when it was removed."""
        with self._database.read() as connection:
            row = connection.execute(select(connections).where(connections.c.id == connection_id)).one_or_none()
        if row is None or row.disconnected_at is not None:
            raise Misconfigured("The connection to this tenant was removed. Connect it again to go on.", code="removed")
        return row

    def client(self, connection_id: int, lane: str) -> ZendeskClient:
        """Return a client of the tenant for calls of a lane. Clients of one thread are reused with their sockets."""
        key = (connection_id, threading.get_ident())
        with self._lock:
            built_at, client = self._clients.get(key, (0.0, None))
        if client is None or self._now() - built_at > REMEMBERED_SECONDS:
            row = self.by_id(connection_id)
            store = DatabaseTokenStore(self._database, self._keys, connection_id)
            client = self._build(row.name, row.base_url, self.credentials(row), store)
            with self._lock:
                self._clients[key] = (self._now(), client)
        return client.lane(lane)

    def fetcher(self, connection_id: int) -> TenantFetcher:
        """Return what fetches the tenant's files."""
        row = self.by_id(connection_id)
        store = DatabaseTokenStore(self._database, self._keys, connection_id)
        downloader = Downloader(row.base_url, trusted_hosts=self._trusted)
        return TenantFetcher(downloader, self._tokens(row.base_url, self.credentials(row), store))

    def own_user(self, connection_id: int) -> int | None:
        """Return the id of the user we are in the tenant."""
        user: int | None = self.by_id(connection_id).own_user_id
        return user

    def recipients(self, connection_id: int) -> list[str]:
        """Return who gets this connection's mails; empty: whoever gets those of all."""
        return list(self.by_id(connection_id).recipients)

    def tenants(self) -> list[dict[str, Any]]:
        """Return every tenant by name, removed ones last, without secrets; times in unix seconds.

        ``is_complete``: both the webhook and the trigger are made; ``behind``: seconds of events not read yet.
        """
        shown = ("id", "name", "base_url", "auth", "recipients", "created_at", "events_until")
        # What is sent through the API without a tenant has a row of its own, to which nobody is connected.
        statement = select(connections).where(connections.c.auth != "none")
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(connections.c.name)).all()
            links = malicious_links(connection, [row.id for row in rows])
        tenants = [
            {
                **{name: getattr(row, name) for name in shown},
                "links": links[row.id],
                "disconnected_at": row.disconnected_at,
                "is_complete": row.webhook_id is not None and row.trigger_id is not None,
                "behind": max(0.0, self._now() - row.events_until) if row.events_until else None,
            }
            for row in rows
        ]
        return sorted(tenants, key=lambda tenant: tenant["disconnected_at"] is not None)

    def room(self, name: str) -> Room | None:
        """Return what is left of the account's budget of calls; None where nothing is known of it."""
        with self._lock:
            if name not in self._limiters:
                self._limiters[name] = self._limiter(name)
            limiter = self._limiters[name]
        return None if limiter is None else limiter.room()

    def choose_links(self, name: str, chosen: LinkPolicy, *, actor: str = "Deskwarden") -> None:
        """Set what is done about malicious links in a connection's comments: a version of its policy.

        Raises Rejected for an unknown name.
        """
        row = self.row(name)
        Policies(self._database, self._now).choose_links(row.id, name, chosen, author=actor)
        log.info("connection.links_chosen", connection=name, links=chosen.value)

    def credentials(self, row: Any) -> Credentials:
        """Open the sealed credentials of a connection."""
        secret = self._keys.unseal("connection", row.secret).decode()
        if row.auth == "api-token":
            return ApiToken(row.email, secret)
        return ClientCredentials(row.client_id, secret, row.scope)

    def _build(self, name: str, base_url: str, credentials: Credentials, store: Any) -> ZendeskClient:
        return ZendeskClient(
            Endpoint(name, base_url),
            self._tokens(base_url, credentials, store),
            self._limiter(name),
            now=self._now,
            trusted_hosts=self._trusted,
        )

    def _tokens(self, base_url: str, credentials: Credentials, store: Any) -> Any:
        session = account_session(base_url, self._trusted)
        return token_source(base_url, credentials, store, session, now=self._now)

    # -- connecting

    def connect(self, link: Link) -> int:
        """Connect a tenant: check the credentials, set up webhook and trigger, store all; return the connection's id.

        Repeating it mends what is missing and adopts what an interrupted run left behind. The trigger comes last, when
        the calls it causes are already known here.
        """
        name = setup.checked_name(link.name)
        base_url = link.base_url.rstrip("/")
        check_endpoint(base_url, self._trusted)
        self._check_account(name, base_url)
        client = self._build(name, base_url, link.credentials, MemoryTokenStore())
        me = client.me()
        webhook = self._webhook(client, name)
        secret = client.signing_secret(webhook.id)
        connection_id = self._store(link, base_url, me, webhook, secret)
        if link.links is not None:
            self.choose_links(name, link.links, actor="deskwarden connect")
        trigger = self._trigger(client, name, webhook.id, me.id)
        with self._database.write() as connection:
            connection.execute(
                update(connections).where(connections.c.id == connection_id).values(trigger_id=trigger.id)
            )
            subject = f"connection:{name}"
            note(connection, self._now(), actor(), "connection.made", subject=subject, connection_id=connection_id)
        log.info("connection.made", connection=name)
        return connection_id

    def _check_account(self, name: str, base_url: str) -> None:
        """What is known of one account's tickets, files and people must never be taken for another's."""
        with self._database.read() as connection:
            known = connection.execute(select(connections.c.base_url).where(connections.c.name == name)).scalar()
        if known not in (None, base_url):
            raise Rejected(
                f"The name '{name}' belongs to another Zendesk account ({known}). Give this one a name of its own.",
                code="name",
            )

    def _webhook(self, client: ZendeskClient, name: str) -> Webhook:
        address = setup.webhook_address(self._public_url, name)
        ours = [each for each in client.webhooks() if each.endpoint == address]
        for webhook in ours:
            if webhook.status == "active" and "conditional_ticket_events" in webhook.subscriptions:
                return webhook
        return client.create_webhook(setup.webhook_name(name), address, description=setup.WEBHOOK_DESCRIPTION)

    def _trigger(self, client: ZendeskClient, name: str, webhook_id: str, own_user_id: int) -> Trigger:
        title = setup.trigger_title(name)
        conditions, actions = setup.trigger_conditions(own_user_id), setup.trigger_actions(webhook_id)
        for trigger in client.triggers():
            # Only a trigger that calls our webhook, or bears our very title, is ours to mend.
            if trigger.calls(webhook_id) or trigger.title == title:
                if trigger.active and setup.is_unchanged(trigger, webhook_id, own_user_id):
                    return trigger
                return client.update_trigger(trigger.id, {"active": True, "conditions": conditions, "actions": actions})
        return client.create_trigger(title, conditions, actions, description=setup.TRIGGER_DESCRIPTION)

    def _store(self, link: Link, base_url: str, me: Me, webhook: Webhook, secret: str) -> int:
        credentials = link.credentials
        legacy = isinstance(credentials, ApiToken)
        values = {
            "base_url": base_url,
            "auth": "api-token" if legacy else "oauth",
            "client_id": None if isinstance(credentials, ApiToken) else credentials.client_id,
            "email": credentials.email if isinstance(credentials, ApiToken) else None,
            "secret": self._keys.seal(
                "connection",
                (credentials.token if isinstance(credentials, ApiToken) else credentials.client_secret).encode(),
            ),
            "scope": "" if isinstance(credentials, ApiToken) else credentials.scope,
            "token": None,
            "own_user_id": me.id,
            "webhook_id": webhook.id,
            "signing_secret": self._keys.seal("signing-secret", secret.encode()),
            "recipients": list(link.recipients),
            "disconnected_at": None,
        }
        now = self._now()
        with self._database.write() as connection:
            known = connection.execute(
                update(connections).where(connections.c.name == link.name).values(**values).returning(connections.c.id)
            ).scalar_one_or_none()
            if known is not None:
                return int(known)
            return int(
                connection.execute(
                    insert(connections)
                    .values(name=link.name, created_at=now, events_until=now - 60.0, **values)
                    .returning(connections.c.id)
                ).scalar_one()
            )

    def disconnect(self, name: str) -> list[str]:
        """Remove what ``connect`` made; return what could not be removed in the tenant, in sentences.

        Scans and quarantined files stay: whoever asks for one later still gets it.
        """
        row = self.row(name)
        client = self.client(row.id, "people")
        left = []
        for what, remove, key in (
            ("trigger", client.delete_trigger, row.trigger_id),
            ("webhook", client.delete_webhook, row.webhook_id),
        ):
            try:
                if key is not None:
                    remove(key)
            except Exception as error:
                log.warning("disconnect.left", connection=name, what=what, code=getattr(error, "code", ""))
                left.append(f"The {what} could not be removed in Zendesk: remove it in Admin Center by hand.")
        with self._database.write() as connection:
            connection.execute(
                update(connections)
                .where(connections.c.id == row.id)
                .values(disconnected_at=self._now(), token=None, signing_secret=None, webhook_id=None, trigger_id=None)
            )
            subject = f"connection:{name}"
            note(connection, self._now(), actor(), "connection.removed", subject=subject, connection_id=row.id)
        log.info("connection.removed", connection=name)
        return left
