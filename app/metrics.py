"""Metrics that are read from the database when Prometheus asks, so that every process tells the same."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from app.feeds.service.feeds import Feeds
from app.tickets.service.figures import Figures


class StateCollector(Collector):
    """Gauges over the stored state. No label names a connection, a ticket or a person."""

    def __init__(self, figures: Figures, now: Callable[[], float] = time.time) -> None:
        self._figures = figures
        self._now = now

    def describe(self) -> list[GaugeMetricFamily]:
        """Return nothing: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield one family a question; raises Temporary when the database does not answer."""
        scans = GaugeMetricFamily("deskwarden_scans", "Scans by verdict and state.", labels=["verdict", "state"])
        for verdict, state, count in self._figures.scans():
            scans.add_metric([verdict, state], count)
        yield scans

        actions = GaugeMetricFamily("deskwarden_actions", "Actions by kind and state.", labels=["kind", "state"])
        for kind, state, count in self._figures.actions():
            actions.add_metric([kind, state], count)
        yield actions

        count, oldest = self._figures.waiting_calls()
        age = 0.0 if oldest is None else max(0.0, self._now() - oldest)
        yield GaugeMetricFamily("deskwarden_inbox_waiting", "Stored webhook calls that nobody has read yet.", count)
        yield GaugeMetricFamily("deskwarden_inbox_oldest_seconds", "Age of the oldest of them, in seconds.", age)
        unsent = self._figures.unsent_mails()
        yield GaugeMetricFamily("deskwarden_mails_unsent", "Mails in the outbox that have not left.", unsent)


class FeedsCollector(Collector):
    """Gauges over the feeds of bad addresses. None is named: its name may say whose partner somebody is."""

    def __init__(self, feeds: Feeds, now: Callable[[], float] = time.time) -> None:
        self._feeds = feeds
        self._now = now

    def describe(self) -> list[GaugeMetricFamily]:
        """Return nothing: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield one family a question; raises Temporary when the database does not answer."""
        figures = self._feeds.figures()
        states = GaugeMetricFamily("deskwarden_feeds", "Feeds by how their last update went.", labels=["state"])
        for state, count in figures.states.items():
            states.add_metric([state], count)
        yield states
        yield GaugeMetricFamily("deskwarden_feed_entries", "What the feeds in use list together.", figures.entries)
        age = 0.0 if figures.oldest is None else max(0.0, self._now() - figures.oldest)
        what = "Age of the feed in use whose last good download is the oldest, in seconds."
        yield GaugeMetricFamily("deskwarden_feed_oldest_seconds", what, age)
