"""Figures for Prometheus that are read when asked for."""

from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from web.services import Running


class _Now(Collector):
    def __init__(self, running: Running) -> None:
        self._running = running

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


def watch(running: Running) -> None:
    running.services.registry.register(_Now(running))
