"""The parts list: the one file that picks implementations and puts the services together."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.access.service import Access
from app.adapters.feeds import FeedFetcher
from app.adapters.mail import SmtpMailer
from app.adapters.providers import build_providers
from app.adapters.vault import Vault, open_vault
from app.adapters.zendesk import Limiter, SharedLimiter
from app.config import Settings
from app.connections.service import Connections
from app.db import Database
from app.engine.pool import EnginePool
from app.feeds.service.feeds import Feeds
from app.findings.policy import Policy
from app.health import Health
from app.jobs import CeleryQueue, Queue
from app.keys import MasterKey
from app.migrations import upgrade
from app.providers.catalogue import ProviderName
from app.providers.service.answers import Answers
from app.providers.service.asking import ProviderQueue
from app.providers.service.disclosures import Disclosures
from app.providers.service.opinions import ProviderOpinions
from app.providers.service.policies import ProviderPolicies
from app.tables import load_tables
from app.tickets.service.acting import Actor
from app.tickets.service.context import LinkContexts
from app.tickets.service.enumerate import Enumerator
from app.tickets.service.files import Files
from app.tickets.service.inbox import Inbox
from app.tickets.service.links import FeedIndex, Knowledge, LinkJudge
from app.tickets.service.lists import Lists
from app.tickets.service.mailing import Mailing
from app.tickets.service.notes import NoteFinder, Pages
from app.tickets.service.own_notes import OwnNotes
from app.tickets.service.queries import ScanQueries
from app.tickets.service.reconcile import Reconciler
from app.tickets.service.redacting import Copying, Redacting
from app.tickets.service.releasing import Releasing
from app.tickets.service.reviewing import LinkReview
from app.tickets.service.scanning import Scanner
from app.tickets.service.seen_links import LinkStore
from app.tickets.service.sweep import Relay, Sweep
from app.tickets.service.telling import Forming, Noting
from app.tickets.service.texts import TicketTexts
from app.tickets.service.unlinking import Unlinking
from app.tickets.service.urls import UrlScans
from app.tickets.service.verdicts import Verdicts


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the web, the workers and the commands may ask for."""

    settings: Settings
    database: Database
    keys: MasterKey
    queue: Queue
    vault: Vault
    engine: EnginePool
    access: Access
    connections: Connections
    inbox: Inbox
    enumerator: Enumerator
    scanner: Scanner
    actor: Actor
    relay: Relay
    sweep: Sweep
    reconciler: Reconciler
    reviewer: LinkReview
    verdicts: Verdicts
    queries: ScanQueries
    lists: Lists
    feeds: Feeds
    files: Files
    health: Health
    provider_policies: ProviderPolicies
    disclosures: Disclosures
    providers: ProviderQueue
    url_scans: UrlScans


def prepare(settings: Settings) -> None:
    """Make the data folder and bring the database to the newest shape. Raises Misconfigured when that cannot be."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    load_tables()
    MasterKey.load(settings.home, settings.secret_key)
    database = Database(settings.database_url)
    try:
        upgrade(database)
    finally:
        database.close()


@dataclass(frozen=True, slots=True)
class _Base:
    """What nearly every part stands on."""

    settings: Settings
    database: Database
    keys: MasterKey
    queue: Queue
    vault: Vault
    connections: Connections
    policy: Policy
    finder: NoteFinder
    now: Callable[[], float]


@dataclass(frozen=True, slots=True)
class _Links:
    """What judges links, and what it learns from."""

    lists: Lists
    feeds: Feeds
    judge: LinkJudge
    store: LinkStore
    reviewer: LinkReview
    provider_policies: ProviderPolicies
    disclosures: Disclosures
    providers: ProviderQueue


def build_services(
    settings: Settings,
    *,
    queue: Queue | None = None,
    engine: EnginePool | None = None,
    index: FeedIndex | None = None,
    now: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> Services:
    """Put the services together. Nothing is reached yet: each part connects when it is first used.

    Queue, engine, the feeds' index and clock can be given by whoever drives the services by hand.
    """
    base = _build_base(settings, queue, now)
    database, keys, queue, connections = base.database, base.keys, base.queue, base.connections
    engine = engine or EnginePool(settings.rules, settings.workers)
    links = _build_links(base, index)
    return Services(
        settings=settings,
        database=database,
        keys=keys,
        queue=queue,
        vault=base.vault,
        engine=engine,
        access=Access(database, now),
        connections=connections,
        inbox=Inbox(database, keys, max_age=settings.webhook_max_age, now=now),
        enumerator=_build_enumerator(base, links),
        scanner=_build_scanner(base, links, engine),
        actor=_build_actor(base, sleep),
        relay=Relay(database, queue, now),
        sweep=Sweep(database, queue, now),
        reconciler=_build_reconciler(base, links),
        reviewer=links.reviewer,
        verdicts=Verdicts(database, queue, policy=base.policy, now=now),
        queries=ScanQueries(database),
        lists=links.lists,
        feeds=links.feeds,
        files=Files(database, keys, base.vault, connections.fetcher, settings.spool),
        health=Health(settings, database, engine),
        provider_policies=links.provider_policies,
        disclosures=links.disclosures,
        providers=links.providers,
        url_scans=UrlScans(database, links.judge, policy=base.policy, now=now, ask=links.providers),
    )


def _build_base(settings: Settings, queue: Queue | None, now: Callable[[], float]) -> _Base:
    database = Database(settings.database_url)
    keys = MasterKey.load(settings.home, settings.secret_key)
    connections = Connections(
        database,
        keys,
        public_url=settings.public_url,
        trusted_hosts=settings.trusted_hosts,
        limiter=functools.partial(_limiter, settings),
        now=now,
    )
    return _Base(
        settings,
        database,
        keys,
        queue or CeleryQueue(settings.broker),
        open_vault(settings.vault_url, keys),
        connections,
        Policy(),
        NoteFinder(keys, connections.own_user),
        now,
    )


def _build_links(base: _Base, index: FeedIndex | None) -> _Links:
    settings, database, now = base.settings, base.database, base.now
    lists = Lists(database, now)
    feeds = Feeds(database, base.keys, FeedFetcher(settings.trusted_hosts), settings.home, now)
    policies = ProviderPolicies(database, base.keys, now)
    disclosures, answers = Disclosures(database, now), Answers(database, now)
    outside = {ProviderName(name): provider for name, provider in build_providers(settings.trusted_hosts).items()}
    own_addresses = (settings.public_url, settings.mail_from, *settings.notify)
    contexts = LinkContexts(database, own_addresses, now)
    opinions = ProviderOpinions(policies, answers, outside)
    judge = LinkJudge(database, lists, now, Knowledge(index or feeds.reputation, contexts.of, opinions))
    providers = ProviderQueue(
        database,
        base.queue,
        policies,
        disclosures,
        answers,
        outside,
        now=now,
        # Each knows the other: what is learnt is judged, what is judged again is asked again.
        changed=lambda connection_id, urls: reviewer.wake(connection_id, urls),
    )
    reviewer = LinkReview(database, base.queue, judge, policy=base.policy, now=now, ask=providers)
    store = LinkStore(database, base.policy)
    return _Links(lists, feeds, judge, store, reviewer, policies, disclosures, providers)


def _build_enumerator(base: _Base, links: _Links) -> Enumerator:
    return Enumerator(
        base.database,
        base.keys,
        base.queue,
        base.connections.client,
        links.judge,
        links.store,
        links.providers,
        OwnNotes(base.database, base.finder, base.connections.own_user),
        own_pages=_own_pages(base.settings),
        now=base.now,
    )


def _build_scanner(base: _Base, links: _Links, engine: EnginePool) -> Scanner:
    return Scanner(
        base.database,
        base.keys,
        base.queue,
        base.vault,
        engine,
        links.lists,
        base.connections.fetcher,
        base.connections.client,
        links.judge,
        policy=base.policy,
        spool=base.settings.spool,
        now=base.now,
    )


def _build_actor(base: _Base, sleep: Callable[[float], None]) -> Actor:
    settings, connections = base.settings, base.connections
    pages, forming = Pages(settings.public_url), Forming(base.now)
    steps = (
        Copying(base.vault, base.keys, connections.fetcher, settings.spool),
        Redacting(base.keys, connections.fetcher, settings.spool, wait=sleep),
        Unlinking(wait=sleep),
        Releasing(base.vault, base.finder, pages),
        forming,
        Noting(base.finder, pages),
        Mailing(
            SmtpMailer(settings.smtp_url, settings.mail_from) if settings.smtp_url else None,
            pages,
            recipients=lambda connection_id: tuple(connections.recipients(connection_id)) or settings.notify,
            sender=settings.mail_from,
        ),
    )
    return Actor(base.database, base.queue, connections.client, steps, next_notice=forming.next_time, now=base.now)


def _build_reconciler(base: _Base, links: _Links) -> Reconciler:
    texts = TicketTexts(
        base.database,
        base.queue,
        links.judge,
        links.store,
        links.providers,
        own_pages=_own_pages(base.settings),
        now=base.now,
    )
    client, period = base.connections.client, base.settings.sweep_seconds
    return Reconciler(base.database, client, texts, period=period, now=base.now)


def _own_pages(settings: Settings) -> str:
    return f"{settings.public_url}/scans/"


def _limiter(settings: Settings, name: str) -> Limiter:
    """One budget a connection, shared by all workers through the broker's server."""
    # Without repeats: while the server is away each process keeps its own, smaller budget.
    once = Retry(NoBackoff(), 0)
    client = redis.Redis.from_url(settings.redis, socket_timeout=0.5, socket_connect_timeout=0.5, retry=once)
    return SharedLimiter(client, name, sleep=time.sleep)
