"""What Prometheus reads: the requests of this process, and the studies as the database has them at that moment."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily, SummaryMetricFamily
from prometheus_client.registry import Collector

from hpsearch.store.tally import Tally

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
REQUEST_BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Measures:
    """The counters of one application, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("route", "method")
        self._requests = Counter(
            "hpsearch_http_requests", "Requests answered.", (*labels, "status"), registry=self._registry
        )
        self._durations = Histogram(
            "hpsearch_http_request_duration_seconds",
            "From the request's head to the end of its answer; a stream of events ends with its reader.",
            labels,
            buckets=REQUEST_BOUNDS_S,
            registry=self._registry,
        )

    def note(self, route: str, method: str, status: int, duration_s: float) -> None:
        """Counts a request. Labels are names of routes and known methods: no caller can make up new ones."""
        method = method if method in METHODS else "other"
        self._requests.labels(route, method, str(status)).inc()
        self._durations.labels(route, method).observe(duration_s)

    def written(self, tally: Tally) -> bytes:
        """All of them, and the tally, in the text format of Prometheus."""
        standing = CollectorRegistry()
        standing.register(_Standing(tally))
        return generate_latest(self._registry) + generate_latest(standing)


class _Standing(Collector):
    """The studies at one moment. Gauges: deleted studies are no longer counted."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def collect(self) -> Iterator[Metric]:
        """One family after the other."""
        yield from self._studies()
        yield from self._trials()

    def _studies(self) -> Iterator[Metric]:
        tally = self._tally
        studies = GaugeMetricFamily(
            "hpsearch_studies", "Studies by state; waiting ones are the queue.", labels=["state"]
        )
        for state, count in tally.studies.items():
            studies.add_metric([state.value], count)
        yield studies
        held, oldest = tally.held, tally.oldest_waiting_s
        for name, told, value in (
            ("oldest_waiting_study_seconds", "How long the first in the queue has waited; 0: none.", oldest or 0.0),
            ("leases", "Studies that a conductor works on.", len(held)),
            (
                "lease_age_seconds",
                "Since the oldest live lease was claimed.",
                max((one.age_s for one in held), default=0),
            ),
            (
                "lease_left_seconds",
                "Until the first live lease ends unless it is renewed: near 0, a conductor does not renew.",
                min((one.left_s for one in held), default=0),
            ),
        ):
            yield GaugeMetricFamily(f"hpsearch_{name}", told, value)

    def _trials(self) -> Iterator[Metric]:
        trials = GaugeMetricFamily("hpsearch_trials", "Trials by stage and state.", labels=["stage", "state"])
        durations = SummaryMetricFamily("hpsearch_trial_duration_seconds", "Of trials that ended.", labels=["stage"])
        verdicts = GaugeMetricFamily("hpsearch_verdicts", "Judged rounds by outcome.", labels=["stage", "outcome"])
        for one in self._tally.stages:
            ended = {"complete": one.complete, "pruned": one.pruned, "failed": one.failed}
            done = sum(ended.values())
            counts = {"waiting": one.planned - one.running - done, "running": one.running, **ended}
            for state, count in counts.items():
                trials.add_metric([one.stage.value, state], count)
            durations.add_metric([one.stage.value], done, one.duration_s)
            for outcome, count in one.verdicts.items():
                verdicts.add_metric([one.stage.value, outcome.value], count)
        yield from (trials, durations, verdicts)
