"""The feed, without Ray: who gets what, and who hears of it."""

import threading

from hpsearch.executors.feed import Feed
from hpsearch.executors.line import Broken, Line, Lost, Reported, Started
from hpsearch.trial import TrialResult, TrialState
from tests.executors.executor_cases import job, together


def complete(number: int) -> TrialResult:
    return TrialResult(job(number).stage, number, TrialState.COMPLETE)


def test_no_more_orders_are_placed_than_there_are_workers() -> None:
    feed, box = Feed(workers=2), Line()
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
    feed.submit(together(job(0)), Line())
    waiting.join(10)
    assert placed == [together(job(0))]
    assert feed.place("b") is None  # but not while something runs, which has to be looked after


def test_each_caller_hears_of_its_own_orders() -> None:
    feed, mine, yours = Feed(workers=2), Line(), Line()
    feed.submit(together(job(0), job(1)), mine)
    feed.submit(together(job(2)), yours)
    feed.place("a")
    feed.place("b")
    assert [feed.reported("a", complete(0)), feed.reported("a", complete(1))] == [False, True]
    feed.lost("b", "gone")
    assert [mine.inbox.get_nowait(), mine.inbox.get_nowait()] == [Reported(complete(0)), Reported(complete(1))]
    assert yours.inbox.get_nowait() == Lost(together(job(2)), "gone", was_ready=False)
    assert mine.inbox.empty()
    assert yours.inbox.empty()


def test_a_loss_says_whether_the_worker_was_ready() -> None:
    feed, box = Feed(workers=1), Line()
    feed.submit(together(job(0)), box)
    feed.place("a")
    feed.started("a", lambda: None)
    feed.ready("a")
    feed.lost("a", "gone")
    assert box.inbox.get_nowait() == Started(together(job(0)))
    assert box.inbox.get_nowait() == Lost(together(job(0)), "gone", was_ready=True)


def test_withdrawing_kills_the_workers_of_that_caller_only() -> None:
    feed, mine, yours, killed = Feed(workers=3), Line(), Line(), []
    for number, box in enumerate((mine, yours, mine, mine)):
        feed.submit(together(job(number)), box)
    placed = [feed.place(name) for name in "abc"]
    assert placed == [together(job(0)), together(job(1)), together(job(2))]
    for name in "ab":
        feed.started(name, lambda name=name: killed.append(name))  # type: ignore[misc]
    feed.withdraw(mine)
    assert killed == ["a"]
    feed.started("c", lambda: killed.append("c"))  # its process came up only now
    assert killed == ["a", "c"]
    for name in "ac":
        feed.lost(name, "killed")
    assert mine.inbox.get_nowait() == Started(together(job(0)))
    assert mine.inbox.empty()
    feed.reported("b", complete(1))
    assert feed._lines == []
    assert not feed._placed


def test_at_the_end_everybody_who_waits_hears_of_it() -> None:
    feed, running, waiting, late, killed = Feed(workers=1), Line(), Line(), Line(), []
    feed.submit(together(job(0)), running)
    feed.submit(together(job(1)), waiting)
    feed.place("a")
    feed.started("a", lambda: killed.append("a"))
    feed.end("closed")
    assert killed == ["a"]
    feed.lost("a", "killed")
    feed.submit(together(job(2)), late)
    assert running.inbox.get_nowait() == Started(together(job(0)))
    for box in (running, waiting, late):
        assert box.inbox.get_nowait() == Broken("closed")
        assert box.inbox.empty()
    assert feed.place("b") is None


def test_a_loop_that_is_over_has_nothing_to_kill() -> None:
    feed, box, killed = Feed(workers=1), Line(), []
    feed.submit(together(job(0)), box)
    feed.place("a")
    feed.started("a", lambda: killed.append("a"))
    feed.abandon("Ray has ended")
    assert killed == []
    assert box.inbox.get_nowait() == Started(together(job(0)))
    assert box.inbox.get_nowait() == Broken("Ray has ended")


def placements(feed: Feed, count: int) -> list[int]:
    """The numbers of the next cohorts, each placed after the one before it is done."""
    found = []
    for at in range(count):
        cohort = feed.place(f"p{at}")
        assert cohort is not None
        found.append(cohort.jobs[0].number)
        assert feed.reported(f"p{at}", complete(found[-1]))
    return found


def test_turns_alternate_and_within_a_turn_its_runs() -> None:
    feed = Feed(workers=1)
    first, second, other = Line("ada"), Line("ada"), Line("bob")
    for line, start in ((first, 0), (second, 100), (other, 200)):
        for number in range(4):
            feed.submit(together(job(start + number)), line)
    assert placements(feed, 12) == [0, 200, 100, 201, 1, 202, 101, 203, 2, 102, 3, 103]


def test_who_comes_late_waits_for_one_cohort_and_not_for_a_run() -> None:
    feed, long, late = Feed(workers=1), Line("ada"), Line("bob")
    for number in range(100):
        feed.submit(together(job(number)), long)
    assert placements(feed, 3) == [0, 1, 2]
    feed.submit(together(job(200)), late)
    assert placements(feed, 3) == [200, 3, 4]


def test_the_turn_with_fewer_workers_comes_first() -> None:
    feed, ada, bob = Feed(workers=4), Line("ada"), Line("bob")
    for number in range(4):
        feed.submit(together(job(number)), ada)
    assert [feed.place(name) for name in "ab"] == [together(job(0)), together(job(1))]
    for number in (10, 11, 12):
        feed.submit(together(job(number)), bob)
    assert [feed.place(name) for name in "cd"] == [together(job(10)), together(job(11))]


def test_a_run_has_no_more_workers_than_it_may() -> None:
    feed, modest, other = Feed(workers=4), Line("ada", at_most=1), Line("ada")
    for number in range(3):
        feed.submit(together(job(number)), modest)
    assert [feed.place(name) for name in "ab"] == [together(job(0)), None]
    feed.submit(together(job(10)), other)
    assert feed.place("b") == together(job(10))
    feed.reported("a", complete(0))
    assert feed.place("c") == together(job(1))


def test_with_something_to_look_after_a_placement_does_not_wait_for_ever() -> None:
    assert Feed(workers=1).place("a", patience_s=0.01) is None
