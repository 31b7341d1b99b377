"""The parts list: the one file that picks implementations and puts the services together."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.access.service import Access, People, build_people
from app.adapters.feeds import FeedFetcher
from app.adapters.mail import SmtpMailer
from app.adapters.openid import OpenIdProvider
from app.adapters.providers import build_providers
from app.adapters.siem import senders
from app.adapters.signed_post import SignedPost
from app.adapters.vault import Vault, open_vault
from app.adapters.zendesk import Limiter, SharedLimiter
from app.config import Settings
from app.connections.service import Connections
from app.db import Database
from app.engine.pool import EnginePool
from app.engine.preview.process import Renderer
from app.engine.rule_text import RuleTexts
from app.feeds.service.feeds import Feeds
from app.findings.audit.service.sending import StreamSender
from app.findings.audit.service.streams import AuditStreams
from app.findings.audit.service.trail import Audit
from app.findings.audit.service.watching import AuditWatch
from app.findings.policies.exception_service import RuleExceptions
from app.findings.policies.service import Policies
from app.findings.policy import Policy
from app.findings.post.service.carrying import Carrying
from app.findings.post.service.leaving import Leaving
from app.findings.post.service.office import Post
from app.findings.post.service.preferences import Preferences
from app.findings.post.service.reading import MailQueries
from app.findings.post.service.sorting import Sorting
from app.health import Health
from app.idempotency.service import Idempotency
from app.investigations.service import Investigations
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
from app.tickets.service.approvals import Approvals
from app.tickets.service.bulk import BulkVerdicts
from app.tickets.service.callbacks import Callbacks
from app.tickets.service.context import LinkContexts
from app.tickets.service.counting import Counting
from app.tickets.service.enumerate import Enumerator
from app.tickets.service.files import Files
from app.tickets.service.inbox import Inbox
from app.tickets.service.links import FeedIndex, Knowledge, LinkJudge
from app.tickets.service.lists import Lists
from app.tickets.service.mailing import Mailing
from app.tickets.service.notes import NoteFinder, NoteLanguages, Pages
from app.tickets.service.one_scan import OneScan
from app.tickets.service.overview import Overview
from app.tickets.service.own_notes import OwnNotes
from app.tickets.service.policies import PolicyFacts
from app.tickets.service.previews import Previews
from app.tickets.service.queries import ScanQueries
from app.tickets.service.reconcile import Reconciler
from app.tickets.service.redacting import Copying, Redacting
from app.tickets.service.releasing import Releasing
from app.tickets.service.rescans import Rescans
from app.tickets.service.reviewing import LinkReview
from app.tickets.service.saved_views import SavedViews
from app.tickets.service.scan_counts import ScanCounts
from app.tickets.service.scanning import Scanner
from app.tickets.service.seen_links import LinkStore
from app.tickets.service.simulating import Simulator
from app.tickets.service.sweep import Relay, Sweep
from app.tickets.service.telling import Forming, Noting
from app.tickets.service.texts import TicketTexts
from app.tickets.service.unlinking import Unlinking
from app.tickets.service.uploads import Uploads
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
    people: People
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
    scan_counts: ScanCounts
    saved_views: SavedViews
    bulk: BulkVerdicts
    one_scan: OneScan
    post: Post
    sorting: Sorting
    carrying: Carrying
    leaving: Leaving
    mail_queries: MailQueries
    previews: Previews
    rule_texts: RuleTexts
    lists: Lists
    feeds: Feeds
    files: Files
    health: Health
    provider_policies: ProviderPolicies
    disclosures: Disclosures
    providers: ProviderQueue
    url_scans: UrlScans
    uploads: Uploads
    callbacks: Callbacks
    rescans: Rescans
    repeats: Idempotency
    investigations: Investigations
    approvals: Approvals
    audit: Audit
    audit_watch: AuditWatch
    audit_streams: AuditStreams
    audit_sender: StreamSender
    policies: Policies
    rule_exceptions: RuleExceptions
    simulator: Simulator
    counting: Counting
    overview: Overview


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
    facts: PolicyFacts
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
    people = build_people(database, keys, now, openid=OpenIdProvider(settings.trusted_hosts, now=now))
    links = _build_links(base, index)
    verdicts = Verdicts(database, queue, policy=base.policy, now=now)
    leaving = Leaving(database, keys, settings.public_url, now)
    files = Files(database, keys, base.vault, connections.fetcher, settings.spool)
    return Services(
        settings=settings,
        database=database,
        keys=keys,
        queue=queue,
        vault=base.vault,
        engine=engine,
        access=people.tokens,
        people=people,
        connections=connections,
        inbox=Inbox(database, keys, max_age=settings.webhook_max_age, now=now),
        enumerator=_build_enumerator(base, links),
        scanner=_build_scanner(base, links, engine),
        actor=_build_actor(base, sleep),
        relay=Relay(database, queue, now),
        sweep=Sweep(database, queue, now),
        reconciler=_build_reconciler(base, links),
        reviewer=links.reviewer,
        verdicts=verdicts,
        queries=ScanQueries(database, now),
        scan_counts=ScanCounts(database),
        saved_views=SavedViews(database, now),
        bulk=BulkVerdicts(database, queue, verdicts, now, policy=base.policy),
        one_scan=_build_one_scan(base),
        post=Post(database, queue, now),
        sorting=_build_sorting(base, people, leaving),
        carrying=_build_carrying(base, leaving),
        leaving=leaving,
        mail_queries=MailQueries(database),
        previews=Previews(database, keys, files, Renderer(), settings.spool, now),
        rule_texts=RuleTexts(settings.rules),
        lists=links.lists,
        feeds=links.feeds,
        files=files,
        health=Health(settings, database, engine),
        provider_policies=links.provider_policies,
        disclosures=links.disclosures,
        providers=links.providers,
        audit=Audit(database, now),
        audit_watch=AuditWatch(database, keys, now),
        audit_streams=AuditStreams(database, keys, now),
        audit_sender=_build_audit_sender(base),
        uploads=Uploads(database, keys, queue, base.vault, SignedPost(settings.trusted_hosts), now=now),
        callbacks=Callbacks(
            database, keys, queue, SignedPost(settings.trusted_hosts), ScanQueries(database).detail, now=now
        ),
        rescans=Rescans(database, queue, now=now),
        repeats=Idempotency(database, now),
        investigations=Investigations(
            database, Post(database, queue, now), people.users.mail_of, settings.public_url, now=now
        ),
        approvals=Approvals(database, verdicts, now=now),
        url_scans=UrlScans(database, links.judge, policy=base.policy, now=now, ask=links.providers),
        policies=Policies(database, now),
        rule_exceptions=RuleExceptions(database, now),
        simulator=Simulator(database, queue, policy=base.policy, now=now),
        counting=Counting(database, now),
        overview=Overview(database, now),
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
        PolicyFacts(database, connections.client, now),
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
    reviewer = LinkReview(database, base.queue, judge, policy=base.policy, now=now, ask=providers, facts=base.facts)
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
        base.facts,
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
        base.facts,
        policy=base.policy,
        spool=base.settings.spool,
        now=base.now,
    )


def _build_actor(base: _Base, sleep: Callable[[float], None]) -> Actor:
    settings, connections = base.settings, base.connections
    pages, forming = Pages(settings.public_url), Forming(base.now)
    languages = NoteLanguages(base.database, base.policy, base.now)
    steps = (
        Copying(base.vault, base.keys, connections.fetcher, settings.spool),
        Redacting(base.keys, connections.fetcher, settings.spool, wait=sleep),
        Unlinking(wait=sleep),
        Releasing(base.vault, base.finder, pages, languages),
        forming,
        Noting(base.finder, pages, languages),
        Mailing(Post(base.database, base.queue, base.now), pages),
    )
    return Actor(base.database, base.queue, connections.client, steps, next_notice=forming.next_time, now=base.now)


def _build_sorting(base: _Base, people: People, leaving: Leaving) -> Sorting:
    settings, database = base.settings, base.database

    def language_of(address: str) -> str | None:
        user = people.users.by_login(address)
        return user.language if user else None

    return Sorting(
        database,
        Preferences(database, base.connections.recipients, settings.notify, language_of, base.now),
        leaving,
        public_url=settings.public_url,
        domain=settings.mail_from.rpartition("@")[2].strip("<> ") or "localhost",
        now=base.now,
    )


def _build_carrying(base: _Base, leaving: Leaving) -> Carrying:
    settings = base.settings
    mailer = SmtpMailer(settings.smtp_url, settings.mail_from) if settings.smtp_url else None
    return Carrying(base.database, mailer, leaving, base.now)


def _build_one_scan(base: _Base) -> OneScan:
    settings, connections = base.settings, base.connections
    return OneScan(
        base.database,
        policy=base.policy,
        recipients=lambda connection_id: tuple(connections.recipients(connection_id)) or settings.notify,
        sends_mail=settings.smtp_url is not None,
        now=base.now,
    )


def _build_reconciler(base: _Base, links: _Links) -> Reconciler:
    texts = TicketTexts(
        base.database,
        base.queue,
        links.judge,
        links.store,
        links.providers,
        own_pages=_own_pages(base.settings),
        now=base.now,
        facts=base.facts,
    )
    client, period = base.connections.client, base.settings.sweep_seconds
    return Reconciler(base.database, client, texts, period=period, now=base.now)


def _build_audit_sender(base: _Base) -> StreamSender:
    settings = base.settings
    named = {"version": version("deskwarden"), "public_url": settings.public_url}
    makers = senders(settings.home, settings.trusted_hosts, **named)
    return StreamSender(base.database, base.keys, base.queue, makers, now=base.now, **named)


def _own_pages(settings: Settings) -> str:
    return f"{settings.public_url}/scans/"


def _limiter(settings: Settings, name: str) -> Limiter:
    """One budget a connection, shared by all workers through the broker's server."""
    # Without repeats: while the server is away each process keeps its own, smaller budget.
    once = Retry(NoBackoff(), 0)
    client = redis.Redis.from_url(settings.redis, socket_timeout=0.5, socket_connect_timeout=0.5, retry=once)
    return SharedLimiter(client, name, sleep=time.sleep)
