"""Where a page of trials ended, as a word that a client hands back unread."""

import base64
import json
import math
from dataclasses import dataclass

from hpsearch.progress import TrialQuery
from hpsearch.stage import StageName

_LONGEST = 500
"""Characters; ours have far fewer."""


@dataclass(frozen=True)
class Place:
    """The last trial of a page, in the order of its query."""

    stage: StageName
    number: int
    key: float | None
    """Its value or its duration, where the query sorts by that."""


def written(query: TrialQuery, place: Place) -> str:
    """The cursor for what comes after ``place``."""
    content = [*_asked(query), place.stage.value, place.number, place.key]
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def read(query: TrialQuery) -> Place | None:
    """Where the query goes on, None at the start; raises ValueError for a cursor that is not one of this query."""
    if query.cursor is None:
        return None
    try:
        return _parsed(query.cursor[:_LONGEST], _asked(query))
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(
            "the cursor cannot be read; use next_cursor of the page before, with the same query, or begin without one"
        ) from error


def _parsed(cursor: str, of: list[str | bool | None]) -> Place:
    padded = cursor + "=" * (-len(cursor) % 4)
    *asked, stage, number, key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    if asked != of:
        raise ValueError("the cursor of another query")
    return Place(StageName(stage), _number(number), _key(key))


def _asked(query: TrialQuery) -> list[str | bool | None]:
    stage = None if query.stage is None else query.stage.value
    return [stage, None if query.state is None else query.state.value, query.sort, query.descending]


def _number(found: object) -> int:
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found < 2**31:
        raise ValueError("no trial has that number")
    return found


def _key(found: object) -> float | None:
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        raise ValueError("no trial has that value")
    return float(found)
