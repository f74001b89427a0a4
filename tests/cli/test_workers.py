"""How many workers there are and which share of a GPU each one gets."""

import pytest

from hpsearch.cli.workers import Workers, cores, workers_for
from hpsearch.study import Resources

AUTO = Resources()


@pytest.mark.parametrize(
    ("resources", "asked", "gpus", "expected"),
    [
        (AUTO, None, 0, Workers(None, 0.0)),
        (AUTO, 3, 0, Workers(3, 0.0)),
        (Resources(workers=2), None, 0, Workers(2, 0.0)),
        (Resources(workers=2), 3, 0, Workers(3, 0.0)),
        (Resources(gpus_per_worker=0.5), 3, 0, Workers(3, 0.5)),
        (Resources(gpus_per_worker=0), 3, 4, Workers(3, 0.0)),
        (AUTO, 2, 1, Workers(2, 0.5)),
        (AUTO, 2, 8, Workers(2, 1.0)),
        (AUTO, None, 1, Workers(min(cores(), 4), 1 / min(cores(), 4))),
    ],
)
def test_workers(resources: Resources, asked: int | None, gpus: int, expected: Workers) -> None:
    assert workers_for(resources, asked, gpus) == expected
