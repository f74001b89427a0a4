"""A searched stage, and how stock Optuna loads it from the views."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import optuna

from hpsearch.stage import StageName
from hpsearch.store.engine import optuna_url
from hpsearch.store.port import Lease, StudyStore
from tests.store.study_samples import begun, broken, complete, definition, jobs, started

VALUES = (0.5, 0.9, 0.7, 0.1, 0.8)
"""Of the complete trials."""

Load = Callable[[str], optuna.Study]


@contextmanager
def loading(database_url: str) -> Iterator[Load]:
    """How to load a study by its name from the views."""
    storage = optuna.storages.RDBStorage(optuna_url(database_url))
    try:
        yield lambda name: optuna.load_study(study_name=name, storage=storage)
    finally:
        storage.engine.dispose()


def searched(store: StudyStore, stage: StageName = StageName.COARSE, **sections: Any) -> Lease:
    """A stage with five complete trials, one failed, one running and one waiting."""
    lease = begun(store, definition(**sections))
    planned = jobs(stage, 8)
    started(store, lease, planned)
    store.start_trials(lease, stage, [0, 5, 6])
    for job, value in zip(planned, VALUES, strict=False):
        store.save_results(lease, [complete(job, value)])
    store.save_results(lease, [broken(planned[5])])
    return lease
