"""Watching a study: everything once, in order, while it happens, until it ends."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from hpsearch.access import Limits
from hpsearch.api.app import create_app
from hpsearch.api.gate import REVIEW_S
from hpsearch.api.routes import events
from hpsearch.api.routes.events import Watch
from hpsearch.study import StudyState, Wish
from tests.api.live import Live, live
from tests.api.routes.working import EVERYTHING, Worked, worked
from tests.api.service import Service

PATIENCE_S = 60.0


@dataclass(frozen=True)
class Told:
    """One event as a client reads it."""

    id: int
    kind: str
    data: dict[str, Any]


def told(lines: Iterator[str]) -> Iterator[Told]:
    """The events of a stream; comments are passed over."""
    fields: dict[str, str] = {}
    for line in lines:
        if not line and fields:
            yield Told(int(fields["id"]), fields["event"], json.loads(fields["data"]))
            fields = {}
        elif line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value


@pytest.fixture
def server(service: Service) -> Iterator[Live]:
    """The service on a real port; its streams end when the test does."""
    with live(service.app) as running:
        yield running
        service.parts.closing.set()


@contextmanager
def watching(server: Live, secret: str, study_id: int, after: int | None = None) -> Iterator[Iterator[Told]]:
    headers = {"Authorization": f"Bearer {secret}"} | ({} if after is None else {"Last-Event-ID": str(after)})
    url = f"http://127.0.0.1:{server.port}/v1/studies/{study_id}/events"
    with httpx.stream("GET", url, headers=headers, timeout=PATIENCE_S) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        yield told(answer.iter_lines())


def finished(study: Worked) -> None:
    study.end(study.plan(), 0.5, None, 0.9)
    study.judge()
    study.release()


KINDS = ["state", "state", "round", "trial", "trial", "trial", "verdict", "state"]


def test_a_study_is_told_while_it_happens_and_the_stream_ends_with_it(service: Service, server: Live) -> None:
    secret = service.secret(*EVERYTHING)
    study = worked(service, secret)
    with watching(server, secret, study.id) as stream:
        begun = [next(stream) for _ in range(2)]
        assert [(one.kind, one.data["detail"]) for one in begun] == [("state", "waiting"), ("state", "running")]
        planned = study.plan()
        assert next(stream).data["detail"] == "3"
        study.end(planned, 0.5)
        trial = next(stream)
        assert (trial.data["stage"], trial.data["number"], trial.data["value"]) == ("coarse", 0, 0.5)
        assert {key: trial.data["progress"][key] for key in ("planned", "complete", "failed")} == {
            "planned": 3,
            "complete": 1,
            "failed": 0,
        }
        study.end(planned[1:], None)
        broken = next(stream)
        assert (broken.data["detail"], broken.data["reason"]) == ("failed", "the loss became NaN in iteration 3")
        study.end(planned[2:], 0.9)
        study.judge()
        study.release(StudyState.FAILED, "the stage coarse failed")
        rest = list(stream)
    assert [one.kind for one in rest] == ["trial", "verdict", "state"]
    assert rest[1].data["summary"] == "Trial 1 is the best with 0.9."
    assert (rest[2].data["detail"], rest[2].data["reason"]) == ("failed", "the stage coarse failed")
    assert all(one.id == one.data["id"] for one in rest)


def test_a_stream_that_is_taken_up_again_misses_nothing_and_repeats_nothing(service: Service, server: Live) -> None:
    secret = service.secret(*EVERYTHING)
    study = worked(service, secret)
    finished(study)
    with watching(server, secret, study.id) as stream:
        whole = list(stream)
    assert [one.kind for one in whole] == KINDS
    assert [one.id for one in whole] == sorted({one.id for one in whole})
    for place in range(len(whole) - 1):
        with watching(server, secret, study.id, after=whole[place].id) as stream:
            assert [one.id for one in stream] == [one.id for one in whole[place + 1 :]]
    url = f"/v1/studies/{study.id}/events"
    answer = service.ask("GET", url, secret, headers={"Last-Event-ID": str(whole[-1].id)})
    assert (answer.status_code, answer.content) == (204, b"")
    behind = service.ask("GET", f"{url}?after={whole[3].id}", secret)
    assert [one.id for one in told(iter(behind.text.split("\n")))] == [one.id for one in whole[4:]]
    both = service.ask("GET", f"{url}?after={whole[5].id}", secret, headers={"Last-Event-ID": str(whole[3].id)})
    assert both.text.count("event: ") == len(whole) - 4


def test_many_watchers_see_the_same_while_it_happens(service: Service, server: Live) -> None:
    secret = service.secret(*EVERYTHING)
    study = worked(service, secret)
    seen: list[list[int]] = [[] for _ in range(4)]

    def watch(mine: list[int]) -> None:
        last = 0
        while True:  # each comes back after every second event
            with watching(server, secret, study.id, after=last) as stream:
                for _ in range(2):
                    one = next(stream)
                    mine.append(last := one.id)
                    if one.kind == "state" and one.data["detail"] == "complete":
                        return

    watchers = [threading.Thread(target=watch, args=(mine,)) for mine in seen]
    for watcher in watchers:
        watcher.start()
    for number in range(5):
        study.end(study.plan(count=2, first=2 * number, round_number=number), 0.5, 0.6)
        study.judge(round_number=number)
    study.release()
    for watcher in watchers:
        watcher.join(PATIENCE_S)
    expected = [event.id for event in service.parts.desk.events(None, study.id)]
    assert seen == [expected] * 4


def test_more_events_than_are_read_at_once(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "AT_ONCE", 2)
    secret = service.secret(*EVERYTHING)
    study = worked(service, secret)
    finished(study)
    answer = service.ask("GET", f"/v1/studies/{study.id}/events", secret)
    assert [one.kind for one in told(iter(answer.text.split("\n")))] == KINDS


def test_silence_is_filled_and_the_server_can_stop(service: Service) -> None:
    key, secret = service.key(*EVERYTHING)
    study_id = service.study(secret)

    async def watched() -> list[bytes]:
        found = []
        async for part in Watch(service.parts, key, study_id, keep_alive_s=0.01).told(0):
            found.append(part)
            if len(found) == 3:
                service.parts.closing.set()
        return found

    first, *silence = asyncio.run(watched())
    assert first.startswith(b"id: ")
    assert set(silence) == {b": still here\n\n"}


def test_nothing_is_read_while_nothing_happens(service: Service) -> None:
    key, secret = service.key(*EVERYTHING)
    study_id = service.study(secret)
    watch, other = Watch(service.parts, key, study_id, keep_alive_s=0.01), service.study(secret)
    reads: list[int] = []
    read = watch.read

    def counted(behind: int) -> events.Batch:
        reads.append(behind)
        return read(behind)

    watch.read = counted  # type: ignore[method-assign]

    async def watched() -> int:
        silences, steady = 0, 0
        async for part in watch.told(0):
            silences += part.startswith(b":")
            if silences == 20:
                steady = len(reads)  # the bell has rung for its connection by then, or will at most once more
            if silences in (20, 30, 40, 50):
                service.parts.desk.wish(None, other, Wish.PAUSE)
                service.parts.desk.resume(None, other)
            if silences == 60:
                service.parts.closing.set()
        return len(reads) - steady

    assert asyncio.run(watched()) <= 1


def test_a_stream_gives_its_subscription_back(service: Service, server: Live) -> None:
    secret = service.secret(*EVERYTHING)
    study = worked(service, secret)
    before = len(service.parts.bell._subscribers)
    with watching(server, secret, study.id) as stream:
        next(stream)
        assert len(service.parts.bell._subscribers) == before + 1
    waited = threading.Event()
    for _ in range(600):
        if len(service.parts.bell._subscribers) == before:
            break
        waited.wait(0.1)
    assert len(service.parts.bell._subscribers) == before


def test_what_a_stream_begins_with_is_read_once(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = service.secret(*EVERYTHING)
    study = worked(service, secret)
    finished(study)
    asked: list[int] = []
    read = Watch.read

    def counted(self: Watch, behind: int) -> events.Batch:
        asked.append(behind)
        return read(self, behind)

    monkeypatch.setattr(Watch, "read", counted)
    answer = service.ask("GET", f"/v1/studies/{study.id}/events", secret)
    last = [one.id for one in told(iter(answer.text.split("\n")))][-1]
    assert asked == [0, last]


def test_a_silent_stream_ends_soon_after_its_key_was_revoked(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    assert REVIEW_S <= 5 <= events.KEEP_ALIVE_S <= 10
    monkeypatch.setattr(Watch.__init__, "__defaults__", (0.05,))
    key, secret = service.key(*EVERYTHING)
    study_id = service.study(secret)
    with live(create_app(service.parts, review_s=0.01)) as server, watching(server, secret, study_id) as stream:
        next(stream)
        service.parts.keyring.revoke(key.prefix)
        assert list(stream) == []


def test_a_key_has_so_many_streams_and_others_have_their_own(service: Service, server: Live) -> None:
    limits = Limits(streams=2)
    secret, other = service.secret(*EVERYTHING, limits=limits), service.secret(*EVERYTHING, limits=limits)
    study_id = service.study(secret)
    url = f"/v1/studies/{study_id}/events"
    with watching(server, secret, study_id) as first, watching(server, other, study_id):
        next(first)
        with watching(server, secret, study_id) as second:
            next(second)
            refused = service.ask("GET", url, secret)
            assert (refused.status_code, refused.json()["instance"]) == (429, url)
            assert "2 streams" in refused.json()["detail"]
            assert int(refused.headers["retry-after"]) >= 1
            with watching(server, other, study_id) as theirs:
                next(theirs)
        for _ in range(600):
            if not service.app.state.streams.is_full(service.parts.keyring.find(secret)):
                break
            time.sleep(0.1)
        with watching(server, secret, study_id) as again:
            next(again)


@pytest.mark.parametrize("last", ["x", "-1", str(2**63), "1.5"])
def test_a_place_that_cannot_be_one_is_refused(service: Service, last: str) -> None:
    secret = service.secret(*EVERYTHING)
    url = f"/v1/studies/{service.study(secret)}/events"
    answer = service.ask("GET", url, secret, headers={"Last-Event-ID": last})
    assert (answer.status_code, answer.json()["problems"][0]["path"]) == (422, "header.Last-Event-ID")
    answer = service.ask("GET", f"{url}?after={last}", secret)
    assert (answer.status_code, answer.json()["problems"][0]["path"]) == (422, "query.after")
