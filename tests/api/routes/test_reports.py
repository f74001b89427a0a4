"""The report in the form that the client asks for."""

import asyncio

import pytest

from hpsearch.api.routes.reports import preferred_form
from hpsearch.api.turns import Turns
from tests.api.routes.working import EVERYTHING, worked
from tests.api.service import Service


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("*/*", "json"),
        ("application/json", "json"),
        ("application/*", "json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
        ("text/markdown", "markdown"),
        ("text/*", "markdown"),
        ("text/*, text/markdown;q=0.1", "html"),
        ("TEXT/HTML; charset=utf-8; q=1", "html"),
        ("application/json;q=0, */*", "markdown"),
        ("application/json;q=0.2, text/html;q=0.3", "html"),
        ("application/json;q=x", None),
        ("application/pdf", None),
        ("*/*;q=0", None),
        ("", None),
    ],
)
def test_the_best_liked_form_is_chosen(accept: str, form: str | None) -> None:
    assert preferred_form(accept) == form


@pytest.mark.parametrize(
    ("query", "accept", "kind", "begins"),
    [
        ("", None, "application/json", '{"study":{'),
        ("", "text/markdown", "text/markdown; charset=utf-8", "# Study digits"),
        ("", "text/html", "text/html; charset=utf-8", "<!DOCTYPE html>"),
        ("?format=json", "text/html", "application/json", '{"study":{'),
        ("?format=markdown", "application/pdf", "text/markdown; charset=utf-8", "# Study digits"),
        ("?format=html", None, "text/html; charset=utf-8", "<!DOCTYPE html>"),
    ],
)
def test_a_report_comes_in_three_forms(
    service: Service, query: str, accept: str | None, kind: str, begins: str
) -> None:
    secret = service.secret(*EVERYTHING)
    study = worked(service, secret)
    study.end(study.plan(), 0.5, 0.9, None)
    study.judge()
    headers = {} if accept is None else {"Accept": accept}
    answer = service.ask("GET", f"/v1/studies/{study.id}/report{query}", secret, headers=headers)
    assert (answer.status_code, answer.headers["content-type"], answer.headers["vary"]) == (200, kind, "Accept")
    assert answer.text.startswith(begins)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "Trial 1 is the best with 0.9." in answer.text
    assert "a database for tests" not in answer.text


def test_other_forms_are_refused(service: Service) -> None:
    secret = service.secret(*EVERYTHING)
    path = f"/v1/studies/{service.study(secret)}/report"
    answer = service.ask("GET", path, secret, headers={"Accept": "application/pdf"})
    assert (answer.status_code, answer.headers["content-type"]) == (406, "application/problem+json")
    assert "text/markdown" in answer.json()["detail"]
    answer = service.ask("GET", f"{path}?format=pdf", secret)
    assert (answer.status_code, answer.json()["problems"][0]["path"]) == (422, "query.format")


def test_so_many_reports_at_a_time_and_then_a_refusal(service: Service) -> None:
    secret = service.secret(*EVERYTHING)
    path = f"/v1/studies/{service.study(secret)}/report"
    service.app.state.reports = Turns(1, 0.01)

    async def asked() -> None:
        async with service.app.state.reports.turn():
            refused = await asyncio.to_thread(other.ask, "GET", path, secret)
        assert (refused.status_code, refused.json()["instance"]) == (503, path)
        assert int(refused.headers["retry-after"]) >= 1

    with Service(service.parts) as other:
        other.app = service.app
        asyncio.run(asked())
    assert service.ask("GET", path, secret).status_code == 200
