"""The feed, without Ray: who gets what, and who hears of it."""

import threading

from hpsearch.executors.feed import FRESH_DEATHS, Feed
from hpsearch.executors.line import Broken, Line, Lost, Reported, Started
from hpsearch.trial import TrialResult, TrialState
from tests.executors.executor_cases import job, order


def nothing() -> None:
    """Kills no one."""


def complete(number: int) -> TrialResult:
    return TrialResult(job(number).stage, number, TrialState.COMPLETE)


def test_no_more_orders_are_placed_than_there_are_workers() -> None:
    feed, box = Feed(workers=2), Line()
    for number in range(3):
        feed.submit(order(job(number)), box)
    assert [feed.place(name, nothing, 0.0) for name in "abc"] == [order(job(0)), order(job(1)), None]
    feed.reported("a", complete(0))
    assert feed.place("c", nothing, 0.0) == order(job(2))


def test_a_placement_waits_for_an_order() -> None:
    feed, placed = Feed(workers=1), []
    waiting = threading.Thread(target=lambda: placed.append(feed.place("a", nothing, 60.0)))
    waiting.start()
    waiting.join(0.1)
    assert placed == []
    feed.submit(order(job(0)), Line())
    waiting.join(60)
    assert placed == [order(job(0))]


def test_each_caller_hears_of_its_own_orders() -> None:
    feed, mine, yours = Feed(workers=2), Line(), Line()
    feed.submit(order(job(0), job(1)), mine)
    feed.submit(order(job(2)), yours)
    feed.place("a", nothing, 0.0)
    feed.place("b", nothing, 0.0)
    assert [feed.reported("a", complete(0)), feed.reported("a", complete(1))] == [False, True]
    feed.lost("b", "gone")
    assert [mine.inbox.get_nowait(), mine.inbox.get_nowait()] == [
        Reported(complete(0), order(job(0), job(1))),
        Reported(complete(1), order(job(0), job(1))),
    ]
    assert yours.inbox.get_nowait() == Lost(order(job(2)), "gone", was_ready=False)
    assert mine.inbox.empty()
    assert yours.inbox.empty()


def test_a_loss_says_whether_the_worker_was_ready() -> None:
    feed, box = Feed(workers=1), Line()
    feed.submit(order(job(0)), box)
    feed.place("a", nothing, 0.0)
    feed.started("a")
    feed.ready("a")
    feed.lost("a", "gone")
    assert box.inbox.get_nowait() == Started(order(job(0)))
    assert box.inbox.get_nowait() == Lost(order(job(0)), "gone", was_ready=True)


def test_withdrawing_kills_the_workers_of_that_caller_only() -> None:
    feed, mine, yours, killed = Feed(workers=3), Line(), Line(), []
    for number, box in enumerate((mine, yours, mine, mine)):
        feed.submit(order(job(number)), box)
    placed = [feed.place(name, lambda name=name: killed.append(name), 0.0) for name in "abc"]  # type: ignore[misc]
    assert placed == [order(job(0)), order(job(1)), order(job(2))]
    for name in "ab":
        feed.started(name)
    feed.withdraw(mine)
    assert killed == ["a", "c"]
    feed.started("c")  # it had not taken its order up yet
    for name in "ac":
        feed.lost(name, "killed")
    assert mine.inbox.get_nowait() == Started(order(job(0)))
    assert mine.inbox.empty()
    feed.reported("b", complete(1))
    assert feed._lines == []
    assert not feed._placed


def test_at_the_end_everybody_who_waits_hears_of_it() -> None:
    feed, running, waiting, late, killed = Feed(workers=1), Line(), Line(), Line(), []
    feed.submit(order(job(0)), running)
    feed.submit(order(job(1)), waiting)
    feed.place("a", lambda: killed.append("a"), 0.0)
    feed.started("a")
    feed.end("closed")
    assert killed == ["a"]
    feed.lost("a", "killed")
    feed.submit(order(job(2)), late)
    assert running.inbox.get_nowait() == Started(order(job(0)))
    for box in (running, waiting, late):
        assert box.inbox.get_nowait() == Broken("closed")
        assert box.inbox.empty()
    assert feed.place("b", nothing, 0.0) is None


def test_a_loop_that_is_over_has_nothing_to_kill() -> None:
    feed, box, killed = Feed(workers=1), Line(), []
    feed.submit(order(job(0)), box)
    feed.place("a", lambda: killed.append("a"), 0.0)
    feed.started("a")
    feed.abandon("Ray has ended")
    assert killed == []
    assert box.inbox.get_nowait() == Started(order(job(0)))
    assert box.inbox.get_nowait() == Broken("Ray has ended")


def placements(feed: Feed, count: int) -> list[int]:
    """The numbers of the next cohorts, each placed after the one before it is done."""
    found = []
    for at in range(count):
        cohort = feed.place(f"p{at}", nothing, 0.0)
        assert cohort is not None
        found.append(cohort.work.jobs[0].number)
        assert feed.reported(f"p{at}", complete(found[-1]))
    return found


def test_turns_alternate_and_within_a_turn_its_runs() -> None:
    feed = Feed(workers=1)
    first, second, other = Line("ada"), Line("ada"), Line("bob")
    for line, start in ((first, 0), (second, 100), (other, 200)):
        for number in range(4):
            feed.submit(order(job(start + number)), line)
    assert placements(feed, 12) == [0, 200, 100, 201, 1, 202, 101, 203, 2, 102, 3, 103]


def test_who_comes_late_waits_for_one_cohort_and_not_for_a_run() -> None:
    feed, long, late = Feed(workers=1), Line("ada"), Line("bob")
    for number in range(100):
        feed.submit(order(job(number)), long)
    assert placements(feed, 3) == [0, 1, 2]
    feed.submit(order(job(200)), late)
    assert placements(feed, 3) == [200, 3, 4]


def test_the_turn_with_fewer_workers_comes_first() -> None:
    feed, ada, bob = Feed(workers=4), Line("ada"), Line("bob")
    for number in range(4):
        feed.submit(order(job(number)), ada)
    assert [feed.place(name, nothing, 0.0) for name in "ab"] == [order(job(0)), order(job(1))]
    for number in (10, 11, 12):
        feed.submit(order(job(number)), bob)
    assert [feed.place(name, nothing, 0.0) for name in "cd"] == [order(job(10)), order(job(11))]


def test_a_run_has_no_more_workers_than_it_may() -> None:
    feed, modest, other = Feed(workers=4), Line("ada", at_most=1), Line("ada")
    for number in range(3):
        feed.submit(order(job(number)), modest)
    assert [feed.place(name, nothing, 0.0) for name in "ab"] == [order(job(0)), None]
    feed.submit(order(job(10)), other)
    assert feed.place("b", nothing, 0.0) == order(job(10))
    feed.reported("a", complete(0))
    assert feed.place("c", nothing, 0.0) == order(job(1))


def test_patience_of_a_worker_has_an_end() -> None:
    assert Feed(workers=1).place("a", nothing, patience_s=0.01) is None


def test_an_order_that_its_worker_never_took_up_is_the_next_again() -> None:
    feed, box = Feed(workers=1), Line()
    for number in range(2):
        feed.submit(order(job(number)), box)
    feed.place("a", nothing, 0.0)
    feed.put_back("a", "gone", is_fresh=True)
    assert box.inbox.empty()
    assert placements(feed, 2) == [0, 1]


def test_an_order_that_no_new_worker_takes_up_is_lost() -> None:
    feed, box = Feed(workers=1), Line()
    feed.submit(order(job(0)), box)
    for _ in range(2 * FRESH_DEATHS):  # as many as die idle
        assert feed.place("a", nothing, 0.0) == order(job(0))
        feed.put_back("a", "gone", is_fresh=False)
    for deaths in (FRESH_DEATHS - 1, FRESH_DEATHS):
        for name in range(deaths):
            assert feed.place(f"a{name}", nothing, 0.0) == order(job(0))
            feed.put_back(f"a{name}", "gone", is_fresh=True)
        if deaths < FRESH_DEATHS:
            assert feed.place("b", nothing, 0.0) == order(job(0))
            feed.started("b")
            assert box.inbox.get_nowait() == Started(order(job(0)))
            feed.lost("b", "gone")
            assert box.inbox.get_nowait() == Lost(order(job(0)), "gone", was_ready=False)
            feed.submit(order(job(0)), box)
    assert box.inbox.get_nowait() == Lost(order(job(0)), "gone", was_ready=False)
    assert feed.place("a", nothing, 0.0) is None


def test_a_worker_that_is_found_dead_after_the_loop_has_nothing_to_put_back() -> None:
    feed, box = Feed(workers=1), Line()
    feed.submit(order(job(0)), box)
    feed.place("a", nothing, 0.0)
    feed.abandon("Ray has ended")
    feed.put_back("a", "gone", is_fresh=True)
    assert not box.waiting


def test_what_wants_to_be_alone_waits_for_the_others_and_then_they_leave() -> None:
    feed, box = Feed(workers=3), Line()
    feed.submit(order(job(0)), box)
    feed.submit(order(job(1), share=None), box)
    feed.submit(order(job(2)), box)
    assert feed.place("a", nothing, 0.0) == order(job(0))
    assert feed.place("b", nothing, 0.0) is None
    feed.reported("a", complete(0))
    left = []
    idle = threading.Thread(target=lambda: left.append(feed.place("b", nothing, 3600.0)), daemon=True)
    feed.place("a", nothing, 0.0)
    idle.start()
    idle.join(60)
    assert left == [None]
    assert feed.wanted == 1
    feed.reported("a", complete(1))
    assert feed.wanted == 1
    assert placements(feed, 1) == [2]


def test_what_takes_more_memory_than_one_worker_has_leaves_room_for_fewer() -> None:
    feed, box = Feed(workers=3), Line()
    feed.submit(order(job(0), share=2), box)
    feed.submit(order(job(1), share=9), box)
    feed.submit(order(job(2)), box)
    assert feed.place("a", nothing, 0.0) == order(job(0), share=2)
    assert feed.place("b", nothing, 0.0) is None
    feed.reported("a", complete(0))
    assert feed.place("b", nothing, 0.0) == order(job(1), share=9)
    assert feed.place("a", nothing, 0.0) is None
    feed.reported("b", complete(1))
    assert placements(feed, 1) == [2]


def test_there_are_as_many_workers_as_there_is_work_for() -> None:
    feed, modest, other = Feed(workers=4), Line(at_most=2), Line()
    assert feed.wanted == 0
    for number in range(4):
        feed.submit(order(job(number)), modest)
    assert feed.wanted == 2
    feed.place("a", nothing, 0.0)
    assert feed.wanted == 2
    for number in range(4):
        feed.submit(order(job(10 + number)), other)
    assert feed.wanted == 4


def test_nobody_is_started_to_wait_for_memory() -> None:
    for share in (2, None):
        feed, box = Feed(workers=2), Line()
        feed.submit(order(job(0)), box)
        feed.submit(order(job(1), share=share), box)
        feed.submit(order(job(2)), box)
        assert feed.place("a", nothing, 0.0) == order(job(0))
        assert feed.wanted == 1
        feed.reported("a", complete(0))
        assert feed.place("a", nothing, 0.0) == order(job(1), share=share)
        assert feed.wanted == 1
        feed.reported("a", complete(1))
        assert placements(feed, 1) == [2]
