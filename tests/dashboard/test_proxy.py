"""The dashboard shows each owner their own studies, and takes nothing but questions."""

import asyncio
import json
from collections.abc import Callable
from urllib.parse import unquote

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from hpsearch.dashboard.owner import OWNER_HEADER, owner_header, owner_of
from tests.dashboard.conftest import OWNERS, STRANGE, Mounted


@pytest.mark.parametrize("owner", OWNERS)
def test_a_list_of_ones_own_studies(mounted: Mounted, owner: str) -> None:
    prefix = "" if owner == "local" else f"{owner}:"
    assert mounted.names(owner) == [f"{prefix}digits/coarse", f"{prefix}sweep/lr_sweep"]


def test_an_administrator_sees_all_studies(mounted: Mounted) -> None:
    assert len(mounted.names(None)) == 2 * len(OWNERS)
    assert mounted.names("eve") == []


PATHS = (
    "/api/studies/{}", "/api/studies/{}?after=0", "/api/studies/{}/", "/api/studies/{}/param_importances",
    "/api/studies/{}/plot/slice", "/api/studies/{}/plot/timeline", "/csv/{}", "/csv/{}?trial_ids=1,2",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_studies_of_others_are_answered_as_missing_ones(mounted: Mounted, path: str) -> None:
    assert mounted.ask(path.format(1)).status_code == 200
    assert mounted.ask(path.format(3), None).status_code == 200
    missing = mounted.ask(path.format(9))
    assert missing.status_code == 404
    for theirs in (3, 4, 5, 6):
        answer = mounted.ask(path.format(theirs))
        assert answer.status_code == 404
        assert answer.text == missing.text.replace("9", str(theirs))
        assert set(answer.headers.items()) == set(missing.headers.items())
        assert "digits" not in answer.text


@pytest.mark.parametrize("number", ["99", "2147483648", str(2**63), "9" * 100, "007x", "-1", "1e3", "%31%30", "٣"])
@pytest.mark.parametrize("path", ["/api/studies/{}", "/api/studies/{}/param_importances", "/csv/{}"])
def test_numbers_that_name_nothing(mounted: Mounted, path: str, number: str) -> None:
    answer = mounted.ask(path.format(number))
    assert answer.status_code == 404
    assert "ada" not in answer.text


def test_a_page_has_the_note_and_the_plot_of_its_stage(mounted: Mounted) -> None:
    for number, owner in enumerate(OWNERS):
        page = mounted.ask(f"/api/studies/{2 * number + 1}", owner).json()
        assert f"Best of number {number} \\<b\\>" in page["note"]["body"]
        (plot,) = page["plotly_graph_objects"]
        assert len(json.loads(plot["graph_object"])["data"]) == 12
        assert [trial["state"] for trial in page["trials"]] == ["Complete"] * 5 + ["Fail", "Running", "Waiting"]
        assert page["best_trials"][0]["number"] == 1
        assert {trial["study_id"] for trial in page["trials"]} == {2 * number + 1}


WRITES = [
    ("POST", "/api/studies"), ("DELETE", "/api/studies/1"), ("POST", "/api/studies/1/rename"),
    ("PUT", "/api/studies/1/note"), ("PUT", "/api/studies/1/1/note"), ("POST", "/api/trials/1/tell"),
    ("POST", "/api/trials/1/user-attrs"), ("POST", "/api/artifacts/1"), ("DELETE", "/api/artifacts/1/ab"),
    ("POST", "/api/llm/trial_filter_query"), ("POST", "/incompatible-rdb-schema"), ("PATCH", "/dashboard"),
    ("OPTIONS", "/api/studies"), ("TRACE", "/api/studies"), ("CONNECT", "/api/studies"), ("QUERY", "/api/studies"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize("whose", ["local", None])
def test_everything_but_questions_is_refused(mounted: Mounted, method: str, path: str, whose: str | None) -> None:
    answer = mounted.ask(path, whose, method, content=b'{"study_name": "x", "directions": ["minimize"]}')
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_refused_request_does_not_start_the_process(fresh: Callable[..., Mounted]) -> None:
    made = fresh()
    assert made.ask("/api/studies", method="POST").status_code == 405
    assert made.proxy.process.pid() is None


@pytest.mark.parametrize("path", ["/dashboard", "/api/studies", "/static/bundle.js", "/csv/1", "/favicon.ico"])
def test_head_has_the_same_headers_and_no_body(mounted: Mounted, path: str) -> None:
    head, full = mounted.ask(path, method="HEAD"), mounted.ask(path)
    assert head.status_code == full.status_code == 200
    assert head.content == b""
    assert full.content
    assert head.headers["content-type"] == full.headers["content-type"]


@pytest.mark.parametrize(
    "headers",
    [
        {OWNER_HEADER: owner_header(None)},
        {OWNER_HEADER.lower(): "*"},
        {OWNER_HEADER.replace("-", "_"): "*"},
        {"X-Forwarded-For": "x", "Cookie": "hpsearch_session=secret", "Authorization": "Bearer secret"},
        {"Content-Length": "5"},
    ],
)
def test_headers_of_a_client_name_no_owner(mounted: Mounted, headers: dict[str, str]) -> None:
    answer = mounted.ask("/api/studies", "ada", headers=headers)
    assert [study["study_name"] for study in answer.json()["study_summaries"]] == [
        "ada:digits/coarse",
        "ada:sweep/lr_sweep",
    ]


def test_what_browsers_are_told(mounted: Mounted) -> None:
    page, data, script = (mounted.ask(path).headers for path in ("/dashboard", "/api/studies", "/static/bundle.js"))
    assert "script-src 'self' 'unsafe-eval'" in page["content-security-policy"]
    for headers in (page, data, script):
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "server" not in headers
    assert "default-src 'none'" in data["content-security-policy"]
    assert data["cache-control"] == "no-store"
    assert script["cache-control"] == "private, no-cache"
    again = mounted.ask("/static/bundle.js", headers={"If-None-Match": script["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/static/../_app.py", "/static/..%2f_app.py", "/static//etc/passwd", "/api/nothing"])
def test_paths_that_lead_nowhere(mounted: Mounted, path: str) -> None:
    answer = mounted.ask(path)
    assert answer.status_code in (403, 404)
    assert "import" not in answer.text


@pytest.mark.parametrize("encodings", [None, "", "identity", "br", "gzip"])
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/static/bundle.js", 200),
        ("/favicon.ico", 200),
        ("/static/nothing.js", 404),
        ("/static/../../../etc/passwd", 404),
        ("/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd", 404),
        ("/static/..%5c..%5cetc/passwd", 404),
        ("/static/x%00.js", 404),
        ("/static/", 404),
        ("/static/" + "x" * 5000, 404),
        ("/static/%ff", 404),
    ],
)
def test_files_come_whatever_encodings_a_client_takes(
    mounted: Mounted, encodings: str | None, path: str, status: int
) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        others = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        named = [] if encodings is None else [(b"accept-encoding", encodings.encode())]
        decoded = unquote(path, errors="replace")
        await mounted.proxy(
            {**scope, "raw_path": path.encode(), "path": decoded, "headers": others + named}, receive, send, None
        )

    async def asked() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
            return (await client.get("/")).status_code

    assert asyncio.run(asked()) == status


@pytest.mark.parametrize("owner", [None, *OWNERS, "a", "☃" * 300, " ", "*"])
def test_an_owner_comes_back_from_its_header(owner: str | None) -> None:
    header = owner_header(owner)
    assert header.isascii()
    assert header.isprintable()
    assert owner_of(header) == owner


@pytest.mark.parametrize("header", ["", "**", "local", "=", "YQ", "gA==", " *", "YWRh\nWA=="])
def test_other_headers_name_no_owner(header: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        owner_of(header)


def test_an_owner_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="an owner has a name"):
        owner_header("")


def test_a_strange_owner_breaks_out_of_nothing(mounted: Mounted) -> None:
    for variant in (STRANGE, STRANGE[:-1], STRANGE + " ", STRANGE.split(" ")[0], "x -c hpsearch.owner=ada", "x\\"):
        expected = 2 if variant == STRANGE else 0
        assert len(mounted.names(variant)) == expected
    answer = mounted.ask("/csv/5", STRANGE)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
