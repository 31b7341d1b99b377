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
    policy = Policy()
    database = Database(settings.database_url)
    keys = MasterKey.load(settings.home, settings.secret_key)
    queue = queue or CeleryQueue(settings.broker)
    vault = open_vault(settings.vault_url, keys)
    engine = engine or EnginePool(settings.rules, settings.workers)
    connections = Connections(
        database,
        keys,
        public_url=settings.public_url,
        trusted_hosts=settings.trusted_hosts,
        limiter=functools.partial(_limiter, settings),
        now=now,
    )
    lists = Lists(database, now)
    feeds = Feeds(database, keys, FeedFetcher(settings.trusted_hosts), settings.home, now)
    provider_policies = ProviderPolicies(database, keys, now)
    disclosures, answers = Disclosures(database, now), Answers(database, now)
    outside = {ProviderName(name): provider for name, provider in build_providers(settings.trusted_hosts).items()}
    opinions = ProviderOpinions(provider_policies, answers, outside)
    own_addresses = (settings.public_url, settings.mail_from, *settings.notify)
    knowledge = Knowledge(index or feeds.reputation, LinkContexts(database, own_addresses, now).of, opinions)
    pages = Pages(settings.public_url)
    finder = NoteFinder(keys, connections.own_user)
    link_judge = LinkJudge(database, lists, now, knowledge)
    link_store = LinkStore(database, policy)
    providers = ProviderQueue(
        database,
        queue,
        provider_policies,
        disclosures,
        answers,
        outside,
        now=now,
        # Each knows the other: what is learnt is judged, what is judged again is asked again.
        changed=lambda connection_id, urls: reviewer.wake(connection_id, urls),
    )
    reviewer = LinkReview(database, queue, link_judge, policy=policy, now=now, ask=providers)
    own_pages = f"{settings.public_url}/scans/"
    forming = Forming(now)
    steps = (
        Copying(vault, keys, connections.fetcher, settings.spool),
        Redacting(keys, connections.fetcher, settings.spool, wait=sleep),
        Unlinking(wait=sleep),
        Releasing(vault, finder, pages),
        forming,
        Noting(finder, pages),
        Mailing(
            SmtpMailer(settings.smtp_url, settings.mail_from) if settings.smtp_url else None,
            pages,
            recipients=lambda connection_id: tuple(connections.recipients(connection_id)) or settings.notify,
            sender=settings.mail_from,
        ),
    )
    return Services(
        settings=settings,
        database=database,
        keys=keys,
        queue=queue,
        vault=vault,
        engine=engine,
        access=Access(database, now),
        connections=connections,
        inbox=Inbox(database, keys, max_age=settings.webhook_max_age, now=now),
        enumerator=Enumerator(
            database,
            keys,
            queue,
            connections.client,
            link_judge,
            link_store,
            providers,
            OwnNotes(database, finder, connections.own_user),
            own_pages=own_pages,
            now=now,
        ),
        scanner=Scanner(
            database,
            keys,
            queue,
            vault,
            engine,
            lists,
            connections.fetcher,
            connections.client,
            link_judge,
            policy=policy,
            spool=settings.spool,
            now=now,
        ),
        actor=Actor(database, queue, connections.client, steps, next_notice=forming.next_time, now=now),
        relay=Relay(database, queue, now),
        sweep=Sweep(database, queue, now),
        reconciler=Reconciler(
            database,
            connections.client,
            TicketTexts(database, queue, link_judge, link_store, providers, own_pages=own_pages, now=now),
            period=settings.sweep_seconds,
            now=now,
        ),
        reviewer=reviewer,
        verdicts=Verdicts(database, queue, policy=policy, now=now),
        queries=ScanQueries(database),
        lists=lists,
        feeds=feeds,
        files=Files(database, keys, vault, connections.fetcher, settings.spool),
        health=Health(settings, database, engine),
        provider_policies=provider_policies,
        disclosures=disclosures,
        providers=providers,
        url_scans=UrlScans(database, link_judge, policy=policy, now=now, ask=providers),
    )


def _limiter(settings: Settings, name: str) -> Limiter:
    """One budget a connection, shared by all workers through the broker's server."""
    # Without repeats: while the server is away each process keeps its own, smaller budget.
    once = Retry(NoBackoff(), 0)
    client = redis.Redis.from_url(settings.redis, socket_timeout=0.5, socket_connect_timeout=0.5, retry=once)
    return SharedLimiter(client, name, sleep=time.sleep)
