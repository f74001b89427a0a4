"""Nobody waits for what others look at."""

import asyncio
import threading
import time
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool

from hpsearch.dashboard.server import Turns
from tests.dashboard.conftest import Mounted

PATIENCE_S = 60.0
MANY = 60
"""More than there are threads for the work of the API."""


def test_requests_that_wait_for_the_dashboard_hold_no_thread_of_the_api(fresh: Callable[..., Mounted]) -> None:
    proxy = fresh().proxy

    async def asked() -> int:
        with proxy.process._lock:  # as while it starts
            waiting = [asyncio.create_task(proxy._place()) for _ in range(MANY)]
            for _ in range(20):
                await asyncio.sleep(0)
            answer = await asyncio.wait_for(run_in_threadpool(lambda: 7), PATIENCE_S)
            assert not any(task.done() for task in waiting)
        assert len({str(place) for place in await asyncio.gather(*waiting)}) == 1
        return answer

    assert asyncio.run(asked()) == 7


def test_one_owner_leaves_turns_for_the_others() -> None:
    turns, leave, inside = Turns(at_once=4, each=2), threading.Event(), list[str]()

    def stay(owner: str) -> None:
        with turns.turn(owner):
            inside.append(owner)
            leave.wait(PATIENCE_S)

    threads = [threading.Thread(target=stay, args=(owner,)) for owner in ("ada", "ada", "ada", "ada")]
    for thread in threads:
        thread.start()
    while len(inside) < 2:
        time.sleep(0.01)
    with turns.turn("eve"):
        assert inside == ["ada", "ada"]
    leave.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert inside == ["ada"] * 4


def test_no_more_are_inside_than_there_is_room_for() -> None:
    turns, counting = Turns(at_once=3, each=2), threading.Lock()
    inside, most = 0, 0

    def visit(owner: str) -> None:
        nonlocal inside, most
        for _ in range(50):
            with turns.turn(owner):
                with counting:
                    inside += 1
                    most = max(most, inside)
                time.sleep(0)
                with counting:
                    inside -= 1

    threads = [threading.Thread(target=visit, args=(str(number % 4),)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert inside == 0
    assert 1 <= most <= 3
