"""The feed, without Ray: who gets what, and who hears of it."""

import threading
from queue import SimpleQueue

from hpsearch.executors.feed import Broken, Feed, Inbox, Lost, Reported
from hpsearch.trial import TrialResult, TrialState
from tests.executors.executor_cases import job, together


def complete(number: int) -> TrialResult:
    return TrialResult(job(number).stage, number, TrialState.COMPLETE)


def inbox() -> Inbox:
    return SimpleQueue()


def test_no_more_orders_are_placed_than_there_are_workers() -> None:
    feed, box = Feed(workers=2), inbox()
    for number in range(3):
        feed.submit(together(job(number)), box)
    assert [feed.place(name) for name in "abc"] == [together(job(0)), together(job(1)), None]
    feed.reported("a", complete(0))
    assert feed.place("c") == together(job(2))


def test_a_placement_waits_for_an_order_while_nothing_runs() -> None:
    feed, placed = Feed(workers=1), []
    waiting = threading.Thread(target=lambda: placed.append(feed.place("a")))
    waiting.start()
    waiting.join(0.1)
    assert placed == []
    feed.submit(together(job(0)), inbox())
    waiting.join(10)
    assert placed == [together(job(0))]
    assert feed.place("b") is None  # but not while something runs, which has to be looked after


def test_each_caller_hears_of_its_own_orders() -> None:
    feed, mine, yours = Feed(workers=2), inbox(), inbox()
    feed.submit(together(job(0), job(1)), mine)
    feed.submit(together(job(2)), yours)
    feed.place("a")
    feed.place("b")
    assert [feed.reported("a", complete(0)), feed.reported("a", complete(1))] == [False, True]
    feed.lost("b", "gone")
    assert [mine.get_nowait(), mine.get_nowait()] == [Reported(complete(0)), Reported(complete(1))]
    assert yours.get_nowait() == Lost(together(job(2)), "gone", was_ready=False)
    assert mine.empty()
    assert yours.empty()


def test_a_loss_says_whether_the_worker_was_ready() -> None:
    feed, box = Feed(workers=1), inbox()
    feed.submit(together(job(0)), box)
    feed.place("a")
    feed.started("a", lambda: None)
    feed.ready("a")
    feed.lost("a", "gone")
    assert box.get_nowait() == Lost(together(job(0)), "gone", was_ready=True)


def test_withdrawing_kills_the_workers_of_that_caller_only() -> None:
    feed, mine, yours, killed = Feed(workers=3), inbox(), inbox(), []
    for number, box in enumerate((mine, yours, mine, mine)):
        feed.submit(together(job(number)), box)
    for name in "abc":
        feed.place(name)
    for name in "ab":
        feed.started(name, lambda name=name: killed.append(name))  # type: ignore[misc]
    feed.withdraw(mine)
    assert killed == ["a"]
    feed.started("c", lambda: killed.append("c"))  # its process came up only now
    assert killed == ["a", "c"]
    for name in "ac":
        feed.lost(name, "killed")
    assert mine.empty()
    feed.reported("b", complete(1))
    assert feed._waiting == feed._waiting.__class__()
    assert not feed._placed


def test_at_the_end_everybody_who_waits_hears_of_it() -> None:
    feed, running, waiting, late, killed = Feed(workers=1), inbox(), inbox(), inbox(), []
    feed.submit(together(job(0)), running)
    feed.submit(together(job(1)), waiting)
    feed.place("a")
    feed.started("a", lambda: killed.append("a"))
    feed.end("closed")
    assert killed == ["a"]
    feed.lost("a", "killed")
    feed.submit(together(job(2)), late)
    for box in (running, waiting, late):
        assert box.get_nowait() == Broken("closed")
        assert box.empty()
    assert feed.place("b") is None


def test_a_loop_that_is_over_has_nothing_to_kill() -> None:
    feed, box, killed = Feed(workers=1), inbox(), []
    feed.submit(together(job(0)), box)
    feed.place("a")
    feed.started("a", lambda: killed.append("a"))
    feed.abandon("Ray has ended")
    assert killed == []
    assert box.get_nowait() == Broken("Ray has ended")
