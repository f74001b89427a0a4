"""Readiness and measures."""

import threading
import time

import httpx
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from hpsearch.access import Scope
from hpsearch.store.bell import Bell
from hpsearch.store.engine import CONDUCTOR
from tests.api.service import Service


def ready(service: Service) -> httpx.Response:
    """The answer to whether the service is ready."""
    return service.ask("GET", "/readyz", service.secret())


def test_without_a_conductor_the_service_is_not_ready(service: Service) -> None:
    answer = ready(service)
    assert answer.status_code == 503
    assert answer.json()["database"]["ready"]
    assert answer.json()["migrations"]["ready"]
    assert "hpsearch conductor" in answer.json()["conductor"]["detail"]


def test_with_a_conductor_it_is(service: Service, database_url: str) -> None:
    heard = threading.Event()
    with Bell(database_url, CONDUCTOR) as bell:
        bell.subscribe(lambda _: heard.set())
        assert heard.wait(60)  # it is connected
        for _ in range(600):
            if service.parts.bell.is_alive:
                break
            time.sleep(0.1)
        answer = ready(service)
    assert (answer.status_code, answer.json()["ready"]) == (200, True)


def test_a_database_of_another_version_is_not_ready(service: Service) -> None:
    secret = service.secret()
    with service.parts.engine.begin() as connection:
        connection.execute(text("UPDATE hpsearch.alembic_version SET version_num = '0001'"))
    answer = service.ask("GET", "/readyz", secret)
    assert answer.status_code == 503
    assert "0001" in answer.json()["migrations"]["detail"]


def test_without_its_bell_the_service_is_not_ready(service: Service, database_url: str) -> None:
    heard = threading.Event()
    with Bell(database_url, CONDUCTOR) as bell:
        bell.subscribe(lambda _: heard.set())
        assert heard.wait(60)
        for _ in range(600):
            if service.parts.bell.is_alive:
                break
            time.sleep(0.1)
        assert ready(service).json()["bell"] == {"ready": True, "detail": "listens"}
        service.parts.bell.close()
        answer = ready(service)
    assert (answer.status_code, answer.json()["bell"]["ready"]) == (503, False)


def measured(service: Service, secret: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """What /metrics says, by name and labels."""
    answer = service.ask("GET", "/metrics", secret)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_the_measures_tell_of_requests_and_studies(service: Service) -> None:
    secret = service.secret(Scope.READ, Scope.SUBMIT)
    before = measured(service, secret)
    service.study(secret)
    service.ask("GET", "/v1/studies/77", secret)
    service.ask("GET", "/v1/studies/78", secret)
    service.ask("GET", "/somewhere/else", secret)
    service.ask("BREW", "/somewhere/else", secret)
    after = measured(service, secret)

    def value(name: str, **labels: str) -> float:
        key = (name, frozenset(labels.items()))
        return after.get(key, 0.0) - before.get(key, 0.0)

    requests = "hpsearch_http_requests_total"
    assert value(requests, route="/v1/studies", method="POST", status="201") == 1
    assert value(requests, route="/v1/studies/{study_id}", method="GET", status="404") == 2
    assert value(requests, route="-", method="GET", status="404") == 1
    assert value(requests, route="-", method="other", status="404") == 1
    assert value("hpsearch_http_request_duration_seconds_count", route="/v1/studies/{study_id}", method="GET") == 2
    assert value("hpsearch_studies", state="waiting") == 1
    assert after["hpsearch_oldest_waiting_study_seconds", frozenset()] > 0


def test_measures_are_for_keys_that_read(service: Service) -> None:
    assert service.ask("GET", "/metrics", service.secret(Scope.SUBMIT)).status_code == 403
