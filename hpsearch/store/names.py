"""Names of studies: a free one for a new study, near ones for a name that nothing has."""

import difflib
from collections.abc import Collection

from hpsearch.errors import NotFoundError, shown
from hpsearch.stage import StageName


def free_name(wanted: str, taken: Collection[str]) -> str:
    """``wanted``, or ``wanted-2``, ``wanted-3`` … if that is taken."""
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"


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
