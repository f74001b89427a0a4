"""What the time of a round goes into, by a clock that is moved by hand."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from hpsearch.cohort import Cohort
from hpsearch.conductor.stopwatch import Stopwatch
from hpsearch.executors.port import Arrivals
from hpsearch.report.speed_words import limit_words, speed_words
from hpsearch.speed import Speed
from tests.store.study_samples import complete, jobs

JOBS = [replace(jobs()[0], number=number) for number in range(5)]
FIRST, SECOND, THIRD = Cohort(tuple(JOBS[:2])), Cohort(tuple(JOBS[2:4])), Cohort((JOBS[4],))


def arrived(cohort: Cohort, *durations_s: float) -> Arrivals:
    if not durations_s:
        return Arrivals(cohort.jobs, ())
    results = tuple(complete(job, duration_s=lasted) for job, lasted in zip(cohort.jobs, durations_s, strict=True))
    return Arrivals((), results)


def watched(*happened: tuple[float, Arrivals]) -> Speed:
    now_s = 0.0

    def running() -> Iterator[Arrivals]:
        nonlocal now_s
        for at_s, what in happened:
            now_s = at_s
            yield what

    watch = Stopwatch(lambda: now_s)
    assert [what for _, what in happened] == list(watch.watch([FIRST, SECOND, THIRD], running()))
    return watch.speed()


def test_the_times_of_a_run() -> None:
    speed = watched(
        (4.0, arrived(FIRST)),
        (5.0, arrived(SECOND)),
        (8.0, arrived(FIRST, 2.0, 1.5)),
        (8.0, arrived(THIRD)),
        (9.0, arrived(SECOND, 4.0, 4.0)),  # as one network: both members lasted as long as the cohort
        (15.0, arrived(THIRD, 6.0)),
    )
    assert speed == Speed(
        wall_s=15.0, workers=2, measuring_s=0.0, starting_s=4.0, ending_s=6.0, trained_s=3.5 + 4.0 + 6.0,
        trials=5, cohorts=3,
    )  # fmt: skip
    assert (speed.per_minute, speed.members, speed.share_training) == (20.0, 5 / 3, 13.5 / 30)
    assert speed_words(speed) == (
        "20 trials per minute on 2 workers; 1.7 members per cohort; 45% of the time spent training; "
        "limited by waiting for workers to start: 27% of the time"
    )


def test_a_worker_that_goes_on_at_once_is_counted_once() -> None:
    together = Arrivals(THIRD.jobs, arrived(FIRST, 2.0, 1.5).results)
    speed = watched(
        (1.0, arrived(FIRST)), (1.0, arrived(SECOND)), (4.0, together), (5.0, arrived(SECOND, 2.0, 2.0)),
        (6.0, arrived(THIRD, 2.0)),
    )  # fmt: skip
    assert speed.workers == 2


def test_what_began_and_ended_since_the_last_arrivals_was_trained_as_well() -> None:
    whole = Arrivals(SECOND.jobs, arrived(SECOND, 0.5, 0.75).results)
    speed = watched((1.0, arrived(FIRST)), (2.0, arrived(FIRST, 0.5, 0.5)), (4.0, whole))
    assert speed.trained_s == 1.0 + 1.25


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ({"trained_s": 15.0}, "limited by the training itself"),
        ({"starting_s": 4.0}, "limited by waiting for workers to start: 40% of the time"),
        ({"measuring_s": 3.0}, "limited by measuring how to train fastest: 30% of the time"),
        ({"ending_s": 9.0}, "limited by workers that had nothing left to train: 45% of the time"),
        ({}, "limited by what lies between trainings: loading, storing, handing over: 45% of the time"),
    ],
)
def test_what_limited_the_speed(times: dict[str, Any], words: str) -> None:
    nothing = {"measuring_s": 0.0, "starting_s": 0.0, "ending_s": 0.0, "trained_s": 11.0}
    assert limit_words(Speed(**{**nothing, **times}, wall_s=10.0, workers=2, trials=5, cohorts=1)) == words


def test_it_is_told_who_could_not_be_trained_as_one_network() -> None:
    alone = complete(JOBS[4], duration_s=1.0, alone_because="draws random numbers itself")
    speed = watched((0.0, arrived(THIRD)), (1.0, Arrivals((), (alone,))))
    assert speed_words(speed + speed).endswith("2 trained alone, not as one network: draws random numbers itself")


def test_no_time_and_no_workers_divide_nothing() -> None:
    nothing = Speed(0.0, 0, 0.0, 0.0, 0.0, 0.0, 0, 0)
    assert (nothing.per_minute, nothing.members, nothing.share_training) == (0.0, 0.0, 0.0)
