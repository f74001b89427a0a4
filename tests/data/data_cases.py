"""Settings and problems for the tests of this room."""

from dataclasses import replace
from typing import Any

import pytest

from hpsearch.data.loading import load_dataset
from hpsearch.errors import DefinitionError, Problem
from hpsearch.job import DataSettings

DIGITS = DataSettings("digits", None, None, {}, 0.2, 0.2, True, "auto", split_seed=1)


def settings(**changes: Any) -> DataSettings:
    return replace(DIGITS, **changes)


def own(name: str, **options: Any) -> DataSettings:
    """Data of a loader in ``own_data``."""
    return settings(dataset=None, factory=f"tests.data.own_data:{name}", options=options)


def problem_with(wanted: DataSettings) -> Problem:
    """The only problem with the data."""
    with pytest.raises(DefinitionError) as caught:
        load_dataset(wanted)
    (problem,) = caught.value.problems
    return problem
