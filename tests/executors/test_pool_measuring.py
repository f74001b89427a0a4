"""One measurement on Ray Tune, without Ray: whose answers are waited for."""

from hpsearch.cohort import Arrangement
from hpsearch.executors.feed import Feed
from hpsearch.executors.line import Event, Line, Lost, Measuring, Order, Reported, Started
from hpsearch.executors.measurement import Measurement
from hpsearch.executors.pool_measuring import PoolMeasuring
from tests.executors.executor_cases import job

ORDER = Order(Measuring((job(0),)))
STARTED = Started(ORDER)
LOST = Lost(ORDER, "gone", was_ready=True)
SOUND = Measurement(Arrangement(8), 10)
TROUBLED = Measurement(Arrangement(4), 10, trouble="it went wrong")


def measured(*events: Event) -> Measurement | None:
    """What is found when all of that lies in the inbox already; two workers are asked, and nobody else comes."""
    line = Line()
    for event in events:
        line.inbox.put(event)
    return PoolMeasuring(Feed(2), line).result(ORDER, 2, None)


def test_who_has_begun_by_the_time_of_the_first_answer_is_waited_for() -> None:
    first, second = Reported(TROUBLED, ORDER), Reported(SOUND, ORDER)
    assert measured(STARTED, first, STARTED, second) == SOUND
    assert measured(STARTED, STARTED, first, second) == SOUND


def test_who_has_not_begun_is_not_waited_for() -> None:
    assert measured(STARTED, Reported(SOUND, ORDER)) == SOUND
    assert measured(STARTED, LOST, STARTED, Reported(SOUND, ORDER)) == SOUND


def test_when_all_have_died_nothing_is_found() -> None:
    assert measured(STARTED, LOST, STARTED, LOST) is None
