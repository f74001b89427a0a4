"""Streams of events from any place on: each gives all that is behind it once, and none holds the server."""

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.fuzz.server import PATIENT_S, Server

ENDED = (1, 2)
"""Numbers of studies that have ended; see ``fill``."""
LARGEST = 2**63 - 1

NUMBERS = st.one_of(st.integers(0, 40), st.integers(-2, 2**70)).map(str)
PLACES = st.one_of(NUMBERS, NUMBERS, st.text(st.characters(codec="ascii", categories=["L"]), max_size=9))


def test_streams_from_any_place_give_what_is_behind_it_and_hold_nothing(server: Server) -> None:
    with server.engine.connect() as connection:
        rows = connection.execute(text("SELECT study_id, id FROM hpsearch.events ORDER BY id")).all()

    with httpx.Client(
        base_url=server.url, headers={"Authorization": f"Bearer {server.secret}"}, timeout=PATIENT_S
    ) as client:

        @settings(max_examples=60, suppress_health_check=[*HealthCheck], derandomize=True)
        @given(study=st.integers(1, 7), after=st.none() | PLACES, last=st.none() | PLACES)
        def ask(study: int, after: str | None, last: str | None) -> None:
            headers = {} if last is None else {"Last-Event-ID": last}
            asked = {} if after is None else {"after": after}
            with client.stream("GET", f"/v1/studies/{study}/events", params=asked, headers=headers) as answer:
                if not all(_is_place(one) for one in (after, last) if one is not None):
                    assert answer.status_code == 422
                    return
                behind = int(after or 0) if last is None else int(last)
                wanted = [number for of, number in rows if of == study and number > behind]
                if study == 7:
                    assert answer.status_code == 404
                elif study in ENDED and not wanted:
                    assert answer.status_code == 204
                else:
                    assert answer.status_code == 200
                    assert answer.headers["content-type"].startswith("text/event-stream")
                    assert _ids(answer, None if study in ENDED else len(wanted)) == wanted

        ask()
    server.assert_well()


def _is_place(word: str) -> bool:
    return word.isdecimal() and int(word) <= LARGEST


def _ids(answer: httpx.Response, most: int | None) -> list[int]:
    """The numbers of the events: so many, or all until the stream ends."""
    found: list[int] = []
    lines = answer.iter_lines()
    while most is None or len(found) < most:
        line = next(lines, None)
        if line is None:
            break
        if line.startswith("id: "):
            found.append(int(line[4:]))
    return found
