"""What Prometheus reads: the requests of this process, and the studies as the database has them at that moment."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

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

    def written(self, tally: object) -> bytes:
        """All of them in the text format of Prometheus."""
        del tally
        return generate_latest(self._registry)
