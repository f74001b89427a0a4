"""Which arrangements are measured, and which of them is chosen. No test looks at how long anything took."""

import itertools
from dataclasses import replace

import pytest
import torch

from hpsearch.cohort import Arrangement
from hpsearch.job import Budget, NetworkSettings
from hpsearch.training import timing
from hpsearch.training.timing import Timing, chosen, finalists, following, measured
from tests.training.test_together import varied
from tests.training.training_cases import classes, own

LONG = Budget(epochs=100_000)
"""Of which some hundredths are longer than any measurement may take."""
USUAL, CONTIGUOUS = Arrangement(), Arrangement(memory_format="contiguous")


def last(members: int) -> Arrangement:
    return Arrangement(members, stacked=True, memory_format="channels_last")


def first(members: int) -> Arrangement:
    return Arrangement(members, stacked=True, memory_format="contiguous")


def tried(speeds: dict[Arrangement, float], most: int) -> list[Arrangement]:
    """What is measured after one by one, if the speeds of all else are 0."""
    timings = [Timing(USUAL, 100.0)]
    while (candidate := following(timings, "contiguous", most)) is not None:
        timings.append(Timing(candidate, speeds.get(candidate, 0.0)))
    return [one.arrangement for one in timings[1:]]


@pytest.mark.parametrize(
    ("speeds", "most", "expected"),
    [
        ({}, 1, [CONTIGUOUS]),
        ({}, 32, [CONTIGUOUS, last(8)]),  # cannot be stacked
        ({last(8): 2, last(16): 1, last(4): 1, first(8): 3}, 32, [CONTIGUOUS, last(8), last(16), last(4), first(8)]),
        ({last(8): 1, last(16): 3, last(32): 2}, 32, [CONTIGUOUS, last(8), last(16), last(32), first(16)]),
        ({last(8): 3, last(16): 4, last(32): 5}, 40, [CONTIGUOUS, last(8), last(16), last(32), first(32)]),
        ({last(8): 3, last(4): 4, last(2): 1}, 8, [CONTIGUOUS, last(8), last(4), last(2), first(4)]),
        ({last(5): 3, last(2): 4}, 5, [CONTIGUOUS, last(5), last(2), first(2)]),
    ],
)
def test_candidates_follow_from_the_timings_so_far(
    speeds: dict[Arrangement, float], most: int, expected: list[Arrangement]
) -> None:
    assert tried(speeds, most) == expected


def test_only_a_clear_gain_is_worth_stacking() -> None:
    alone = [Timing(USUAL, 100.0), Timing(CONTIGUOUS, 120.0)]
    assert chosen(alone) == CONTIGUOUS
    assert chosen([*alone, Timing(last(8), 124.0)]) == CONTIGUOUS
    assert chosen([*alone, Timing(last(8), 130.0), Timing(last(16), 130.0)]) == last(8)
    assert chosen([*alone, Timing(last(8), 0.0)]) == CONTIGUOUS
    assert chosen([*alone, Timing(last(8), 90.0), Timing(last(8), 130.0)]) == last(8), (
        "the best of an arrangement counts"
    )
    assert finalists([*alone, Timing(last(8), 1.0), Timing(last(4), 2.0), Timing(last(2), 0.0)]) == (
        CONTIGUOUS,
        last(4),
    )
    assert finalists([*alone, Timing(last(8), 0.0)]) == (CONTIGUOUS,)
    with pytest.raises(ValueError, match="one by one"):
        chosen([Timing(last(8), 1.0)])


@pytest.mark.parametrize("network", [own("small", dropout=0.3), NetworkSettings("convnet", None, {"depth": 2})])
def test_jobs_are_measured_alone_and_stacked(network: NetworkSettings) -> None:
    arrangement, timings = measured(varied(6, LONG, network=network), classes())
    found = [one.arrangement for one in timings]
    assert arrangement == chosen(timings)
    assert all(one.member_steps_per_second > 0 for one in timings)
    alone = [USUAL, CONTIGUOUS] if network.name else [USUAL]
    assert found[: len(alone) + 1] == [*alone, last(3)]
    assert len(set(found)) == len(found)


def test_what_cannot_be_stacked_is_measured_one_by_one_and_the_log_says_why(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "hpsearch.training.timing")
    arrangement, timings = measured(varied(6, LONG, network=own("Drawing")), classes())
    assert arrangement == USUAL
    assert [one.member_steps_per_second > 0 for one in timings] == [True, False]
    assert timings[0].error is None
    assert timings[1].error is not None
    assert timings[1].error.startswith("drawing from torch's global generator")
    assert caplog.messages == [f"jobs cannot be trained in {last(3)}: {timings[1].error}"]


@pytest.mark.parametrize("budget", [Budget(steps=0), Budget(steps=1)])
def test_short_trainings_are_not_measured(budget: Budget) -> None:
    assert measured(varied(2, budget), classes()) == (Arrangement(), ())


def test_what_cannot_be_trained_is_not_measured() -> None:
    jobs = [replace(wanted, network=own("unbuildable")) for wanted in varied(2, LONG)]
    assert measured(jobs, classes()) == (Arrangement(), ())


def test_the_allowance_is_counted_by_the_clock_of_the_speeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others who use the processor do not end a measurement, unless it takes far too long on the wall."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for slower, expected in ((1000, True), (100_000, False)):
            walls = itertools.count(0.0, 0.002 * slower)
            monkeypatch.setattr(timing.time, "perf_counter", lambda walls=walls: next(walls))
            times = itertools.count(0.0, 0.001)
            monkeypatch.setattr(timing.time, "process_time", lambda times=times: next(times))
            assert (len(measured(varied(6, LONG), classes())[1]) > 1) is expected
    finally:
        torch.set_num_threads(threads)


def test_half_precision_is_asked_of_some_jobs_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, str]] = []
    monkeypatch.setattr(timing, "refuse_other_gradients", lambda one, *_: asked.append((one.number, one.precision)))
    measured(varied(6, LONG, precision="auto"), classes())
    assert asked == [(number, "bf16") for number in range(4)]
