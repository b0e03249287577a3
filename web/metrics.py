"""Figures for Prometheus that are read when asked for."""

import time
from collections.abc import Iterable
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from web.api.claims import claims
from web.services import Running

_COUNTS_S = 30.0  # how old the counts of stored verdicts may be


class _Now(Collector):
    def __init__(self, running: Running) -> None:
        self._running = running
        self._counted_at = float("-inf")
        self._totals: list[tuple[str, str, str, int]] = []
        self._rules: list[dict[str, Any]] = []

    def collect(self) -> Iterable[Metric]:
        services = self._running.services
        yield GaugeMetricFamily("zhibo_answering", "Answers being written", self._running.desk.answering)
        yield GaugeMetricFamily("zhibo_streams", "Event streams and previews open", services.streams.open)
        yield GaugeMetricFamily("zhibo_products", "Products in the catalogue", len(services.catalog.products()))
        degraded = bool(services.assistant.degraded)
        yield GaugeMetricFamily("zhibo_degraded", "1 when another model than the configured one answers", degraded)
        on_air = GaugeMetricFamily("zhibo_room_on_air", "1 when the room is on air", labels=["room"])
        restarts = GaugeMetricFamily("zhibo_room_restarts", "Times the room was started again", labels=["room"])
        for room in services.supervisor.names():
            view = services.supervisor.view(room)
            on_air.add_metric([room], view["state"] == "on_air")
            restarts.add_metric([room], view["restarts"])
        yield on_air
        yield restarts
        yield from self._claims()
        yield from self._guard()

    def _guard(self) -> Iterable[Metric]:
        """How the guard fares in this process since its start; live rooms are processes of their own."""
        pairs, seconds, failures = self._running.services.guard.meter.read()
        shown = [("+Inf" if bound == float("inf") else str(bound), count) for bound, count in pairs]
        yield HistogramMetricFamily("zhibo_guard_seconds", "Time to check a sentence", shown, seconds)
        yield CounterMetricFamily("zhibo_guard_failures", "Sentences not said because the guard failed", failures)

    def _claims(self) -> Iterable[Metric]:
        """What the guard did, from the stored verdicts: gauges, since a shopper who deletes a conversation takes them
        along. Counted at most twice a minute: the tables grow."""
        services = self._running.services
        sentences = GaugeMetricFamily(
            "zhibo_sentences_kept", "Checked sentences on record", labels=["channel", "model", "label"]
        )
        rules = GaugeMetricFamily("zhibo_rule_hits_kept", "Sentences a rule of law changed, on record", labels=["rule"])
        now = time.monotonic()
        if now - self._counted_at > _COUNTS_S:
            kept = claims(services)
            self._counted_at, self._totals, self._rules = now, kept.totals(), kept.counts("rule")
        for channel, model, label, count in self._totals:
            sentences.add_metric([channel, model, label], count)
        for row in self._rules:
            rules.add_metric([row["key"]], row["changed"])
        yield sentences
        yield rules
        if (second := services.assistant.second) is not None:
            opinions = CounterMetricFamily(
                "zhibo_second_opinions", "What became of second opinions since the start", labels=["outcome"]
            )
            for outcome in ("asked", "busy", "failed", "rescued", "withdrawn"):
                opinions.add_metric([outcome], second.counts[outcome])
            yield opinions


def watch(running: Running) -> None:
    running.services.registry.register(_Now(running))
