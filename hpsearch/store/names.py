"""Names of studies: a free one for a new study, near ones for a name that nothing has."""

import difflib
from collections.abc import Callable, Collection

from hpsearch.errors import NotFoundError, shown
from hpsearch.stage import StageName

NEAR_NAMES = 1000
"""A name that nothing has is compared with those of so many studies, the newest."""


def free_name(wanted: str, is_taken: Callable[[str], bool]) -> str:
    """``wanted``, or ``wanted-2``, ``wanted-3`` … if that is taken.

    The number is one that follows on a taken one, found in about 2·log₂ questions for names without gaps; where names
    were given up in between, it need not be the lowest.
    """
    if not is_taken(wanted):
        return wanted
    taken, free = 1, 2
    while is_taken(f"{wanted}-{free}"):
        taken, free = free, 2 * free
    while free - taken > 1:
        middle = (taken + free) // 2
        if is_taken(f"{wanted}-{middle}"):
            taken = middle
        else:
            free = middle
    return f"{wanted}-{free}"


def no_such_name(name: str, names: Collection[str]) -> NotFoundError:
    """The error for a name that no study has."""
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    meant = f" Did you mean {' or '.join(near)}?" if near else ""
    return NotFoundError(f"no study is called {shown(name)}.{meant} See all studies with `hpsearch list`.")


def no_such_id(study_id: int) -> NotFoundError:
    """The error for a number that no study has."""
    return NotFoundError(f"no study has the number {study_id}. See all studies with `hpsearch list`.")


def no_such_trial(study_id: int, stage: StageName, number: int) -> NotFoundError:
    """The error for a trial that was never planned."""
    return NotFoundError(
        f"study {study_id} has no trial {number} in stage {stage}. See its trials with `hpsearch show`."
    )
