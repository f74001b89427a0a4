"""The one loop: plan a stage, run what is missing of its plan, judge it, until the recipe ends or a stage fails."""

from collections.abc import Sequence
from dataclasses import dataclass

from hpsearch.conductor.keeper import Keeper, obtain
from hpsearch.conductor.observer import Observer
from hpsearch.conductor.walk import Walk
from hpsearch.errors import LeaseLostError
from hpsearch.executors.port import Executor
from hpsearch.results import StudyRecord, StudyResults
from hpsearch.stage import RECIPE, StageName
from hpsearch.store.port import StudyStore
from hpsearch.study import StudyState
from hpsearch.task import Task

WHOLE_RECIPE = (*RECIPE, StageName.TEST)


@dataclass(frozen=True)
class Conductor:
    """Takes studies to their end, one at a time: the only writer of their results."""

    store: StudyStore
    executor: Executor
    observer: Observer
    holder: str
    """Name of this process (``holder.this_process``)."""
    lease_s: float = 15.0
    stages: Sequence[StageName] = WHOLE_RECIPE

    def conduct(self, study: StudyRecord, task: Task) -> StudyResults:
        """Takes the study from wherever it stands to its end.

        Raises LeaseLostError if another conductor took it over, and whatever the executor or the store raise;
        the study is then left as interrupted and a later call goes on with what is missing.
        """
        lease = obtain(self.store, study.id, self.holder, self.lease_s, self.observer)
        with Keeper(self.store, lease, self.lease_s) as keeper:
            try:
                self.store.set_task(lease, task)
                walk = Walk(self.store, self.executor, self.observer, keeper, study, task)
                failure = walk.through(self.stages)
            except LeaseLostError:
                raise
            except BaseException as error:
                reason = "interrupted" if isinstance(error, KeyboardInterrupt) else f"{type(error).__name__}: {error}"
                self.store.release(lease, StudyState.INTERRUPTED, reason)
                raise
            state = StudyState.COMPLETE if failure is None else StudyState.FAILED
            self.store.release(lease, state, failure)
        return self.store.results(study.id)
