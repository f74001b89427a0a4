"""The stream of events: none lost, none twice, over as many connections as it takes."""

import json

import pytest

from hpsearch.client import AnswerError, MissingError, UnreachableError
from hpsearch.client import transport as transport_module
from hpsearch.client.server_sent import ServerSent, lines_of, server_sent
from tests.client.client_cases import asking, event, status, stream
from tests.client.scripted_server import Heard, Told, problem

ENDED = event(9, "state", "complete")


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport_module, "FIRST_PAUSE_S", 0.001)


def test_the_stream_ends_with_the_study() -> None:
    with asking(stream(event(1), b": still here\n\n", event(2), ENDED, event(10))) as (client, server):
        assert [found.id for found in client.events(1)] == [1, 2, 9]
    assert "last-event-id" not in server.heard[0].headers


def test_a_broken_stream_goes_on_behind_the_last_whole_event() -> None:
    torn = event(3)[:-1]  # without the empty line that ends it
    answers = [stream(event(1), event(2), torn), status(), Told(breaks=True, body=b""), stream(event(3), ENDED)]
    with asking(*answers) as (client, server):
        assert [found.id for found in client.events(1)] == [1, 2, 3, 9]
    asked = [heard.headers.get("last-event-id") for heard in server.heard if heard.path.endswith("/events")]
    assert asked == [None, "2", "2"]


def test_what_comes_again_is_not_told_again() -> None:
    answers = [stream(event(1), event(2)), status(), stream(event(1), event(2), event(3), event(3), ENDED)]
    with asking(*answers) as (client, _):
        assert [found.id for found in client.events(1)] == [1, 2, 3, 9]


def test_the_caller_says_where_it_begins() -> None:
    with asking(stream(ENDED)) as (client, server):
        assert [found.id for found in client.events(1, after=8)] == [9]
    assert server.heard[0].headers["last-event-id"] == "8"


def test_nothing_is_waited_for_behind_the_end_of_a_study() -> None:
    answers = [stream(), status("complete"), stream()]
    with asking(*answers) as (client, server):
        assert list(client.events(1, after=9)) == []
    assert len(server.heard) == 3


def test_what_was_written_between_the_last_look_and_the_end_is_told() -> None:
    answers = [stream(event(1)), status("complete"), stream(event(2), ENDED)]
    with asking(*answers) as (client, _):
        assert [found.id for found in client.events(1)] == [1, 2, 9]


def test_a_service_that_stays_away_is_told_but_one_that_delivers_is_not() -> None:
    lost = Told(breaks=True, body=b"")
    with asking(lost) as (client, server), pytest.raises(UnreachableError):
        list(client.events(1, retries=2))
    assert len(server.heard) == 3
    deliveries = [answer for number in range(1, 6) for answer in (stream(event(number)), status())]
    with asking(*deliveries, stream(ENDED)) as (client, _):
        assert [found.id for found in client.events(1, retries=1)] == [1, 2, 3, 4, 5, 9]


def test_a_deleted_study_ends_the_watch() -> None:
    with asking(stream(event(1)), problem(404, "no such study")) as (client, _), pytest.raises(MissingError):
        list(client.events(1))


def test_waiting_ends_with_the_study_or_with_the_patience() -> None:
    with asking(stream(event(1), ENDED), status("complete")) as (client, _):
        assert client.wait(1).study.state == "complete"

    def running(heard: Heard) -> Told:
        return stream(b": here\n\n") if heard.path.endswith("/events") else status()

    with asking(running) as (client, _):
        assert client.wait(1, timeout_s=0.02).study.state == "running"


def test_only_the_line_ends_of_the_standard_are_line_ends() -> None:
    """A JSON text may hold the others; taken for line ends they would tear an event."""
    text = "a\x0b\x1c\u2028\u0085b"
    with asking(stream(event(1, reason=text), ENDED)) as (client, _):
        assert next(client.events(1)).reason == text
    assert list(lines_of(["a\r", "\nb\rc\n", "d", "\r\n", "e"])) == ["a", "b", "c", "d"]


def test_fields_of_an_event() -> None:
    lines = [":comment", "id: 7", "event: trial", "data: a", "data:b", "retry: 5", "", "data: c", "", "data: torn"]
    assert list(server_sent(lines)) == [None, ServerSent("7", "trial", "a\nb"), ServerSent("7", "message", "c")]


def test_what_is_no_stream_is_told() -> None:
    with asking(status()) as (client, _), pytest.raises(AnswerError, match="sends no events but application/json"):
        list(client.events(1))


def test_an_event_that_cannot_be_read_is_told() -> None:
    bad = f"data: {json.dumps({'id': 1})}\n\n".encode()
    with asking(stream(bad)) as (client, _), pytest.raises(AnswerError, match="cannot be read"):
        list(client.events(1))
