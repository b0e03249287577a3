"""Figures for Prometheus that are read when asked for."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from assistant.models.router import Router
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
        yield from _outputs({room: services.supervisor.status(room) for room in services.supervisor.names()})
        yield from self._claims()
        yield from self._guard()
        if isinstance(services.assistant.model, Router):
            yield from _models(services.assistant.model)

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


def _models(router: Router) -> Iterable[Metric]:
    """How each model of the table fares in this process since its start."""
    calls = CounterMetricFamily("zhibo_model_calls", "What became of calls of a model", labels=["model", "outcome"])
    first = SummaryMetricFamily("zhibo_model_first_seconds", "Time to a model's first piece", labels=["model"])
    tokens = CounterMetricFamily("zhibo_model_tokens", "Tokens of a model", labels=["model", "kind"])
    cost = CounterMetricFamily("zhibo_model_cost", "What a model's tokens cost, by its prices", labels=["model"])
    shadow = CounterMetricFamily(
        "zhibo_model_shadow", "Answers nobody heard, their sentences, and those the guard changed",
        labels=["model", "what"],
    )  # fmt: skip
    for name, one in router.figures.items():
        for outcome, count in one.outcomes.items():
            calls.add_metric([name, outcome], count)
        first.add_metric([name], one.firsts, one.first_s)
        for kind, count in (("in", one.tokens_in), ("out", one.tokens_out), ("cached", one.cached)):
            tokens.add_metric([name, kind], count)
        cost.add_metric([name], one.cost)
        for what, count in one.shadowed.items():
            shadow.add_metric([name, what], count)
    resting = GaugeMetricFamily("zhibo_model_resting", "1 while a model that failed is left alone", labels=["model"])
    for name, rests in router.resting().items():
        resting.add_metric([name], rests)
    spent = GaugeMetricFamily("zhibo_model_spent_today", "What all models have cost today, in every process")
    spent.add_metric([], router.spending.whole)
    yield from (calls, first, tokens, cost, shadow, resting, spent)


_OUTPUTS: tuple[tuple[str, str, str, type[GaugeMetricFamily] | type[CounterMetricFamily]], ...] = (
    ("kbps", "zhibo_output_kbps", "Kilobits a second that an output takes", GaugeMetricFamily),
    ("lag_s", "zhibo_output_lag_seconds", "How far an output lies behind its room", GaugeMetricFamily),
    ("bytes", "zhibo_output_bytes", "Bytes written to an output", CounterMetricFamily),
    ("dropped", "zhibo_output_dropped_packets", "Packets an output gave up", CounterMetricFamily),
    ("reconnects", "zhibo_output_reconnects", "Times an output was taken up again", CounterMetricFamily),
)
_HEALTH = (
    ("fps", "zhibo_room_fps", "Pictures a second since the room went on air"),
    ("worst_late_s", "zhibo_room_worst_late_seconds", "The latest picture"),
    ("repeated_frames", "zhibo_room_repeated_pictures", "Pictures repeated because the machine was too slow"),
    ("replaced", "zhibo_room_replaced_stages", "Stages of the room that hung and were replaced"),
)


def _outputs(rooms: Mapping[str, Mapping[str, Any]]) -> Iterable[Metric]:
    """How rooms and their outputs fare, as they told a few seconds ago. Names of outputs hold no stream keys."""
    labels = ["room", "output", "kind"]
    up = GaugeMetricFamily("zhibo_output_up", "1 while an output takes the stream", labels=labels)
    families = {key: family(name, text, labels=labels) for key, name, text, family in _OUTPUTS}
    health = {key: GaugeMetricFamily(name, text, labels=["room"]) for key, name, text in _HEALTH}
    for room, status in rooms.items():
        for number, output in enumerate(status.get("outputs", ())):
            told = [room, f"{number} {output['name']}", str(output.get("kind", ""))]
            up.add_metric(told, output["state"] == "up")
            for key, family in families.items():
                family.add_metric(told, float(output.get(key, 0)))
        for key, gauge in health.items():
            if key in status.get("health", {}):
                gauge.add_metric([room], float(status["health"][key]))
    yield up
    yield from families.values()
    yield from health.values()


def watch(running: Running) -> None:
    running.services.registry.register(_Now(running))
