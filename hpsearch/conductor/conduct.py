"""The one loop: plan a stage, run what is missing of its plan, judge it, until the recipe ends or a stage fails."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hpsearch.conductor.halt import Outcome, left_for_later, outcome_of
from hpsearch.conductor.keeper import Keeper, obtain
from hpsearch.conductor.loaded import Loaded
from hpsearch.conductor.means import Means
from hpsearch.conductor.observer import Observer
from hpsearch.conductor.patience import patiently
from hpsearch.conductor.shelf import Shelf, clear_ended, shelf_of
from hpsearch.conductor.walk import Walk
from hpsearch.errors import LeaseLostError
from hpsearch.executors.port import Executor
from hpsearch.finding import Finding
from hpsearch.recipe.data_findings import is_judged
from hpsearch.results import StudyRecord, StudyResults
from hpsearch.stage import RECIPE, StageName
from hpsearch.store.port import StudyStore
from hpsearch.study import ENDED, StudyState
from hpsearch.task import Task

WHOLE_RECIPE = (*RECIPE, StageName.TEST)
PATIENCE_S = 30.0
"""How long a write waits for a database that is away; the workers go on meanwhile."""


@dataclass(frozen=True)
class Conductor:
    """Takes studies to their end: the only writer of their results. Several threads may use one."""

    store: StudyStore
    executor: Executor
    observer: Observer
    holder: str
    """Name of this process (``holder.this_process``)."""
    lease_s: float = 15.0
    stages: Sequence[StageName] = WHOLE_RECIPE
    patience_s: float = PATIENCE_S
    shares_workers: bool = False
    """Whether others train on the executor's workers as well: then a study gets as many as its definition says."""
    checkpoints: Path | None = None
    """Folder for the trainings of a halved round that may go on; None: those that do are trained from their start."""
    after_error: Callable[[BaseException], Outcome] = left_for_later
    """How a study is released when working on it has raised an error."""

    def conduct(
        self, study: StudyRecord, task: Task, found: Sequence[Finding] = (), behaviour: Sequence[Finding] = ()
    ) -> StudyResults:
        """Claims the study, waiting for whoever works on it, and takes it from wherever it stands to its end.

        Or to where its user wants it paused or cancelled. ``found``: by the checks of the data; ``behaviour``: in the
        network's forward pass. Raises what ``under`` raises.
        """
        clear_ended(self.checkpoints, self.store.studies)
        lease = obtain(self.store, study.id, self.holder, self.lease_s, self.observer)
        loaded = Loaded(task, tuple(found), tuple(behaviour))
        self.under(Keeper(self.store, lease, self.lease_s), study, lambda _: loaded)
        return self.store.results(study.id)

    def under(self, keeper: Keeper, study: StudyRecord, load: Callable[[bool], Loaded]) -> Outcome:
        """Takes a claimed study to its end, or to where the keeper halts it; gives back how it was released.

        ``load`` is told whether the data are to be checked: no more once the first stage was judged.

        Raises LeaseLostError if another conductor took the study over, and whatever ``load``, the executor or the
        store raise; the study is then left as ``after_error`` says: interrupted, as a rule, so that a later claim
        goes on with what is missing.
        """
        shelf = shelf_of(study, self.checkpoints)
        with keeper:
            try:
                outcome = self._outcome(keeper, study, load, shelf)
            except LeaseLostError:
                raise
            except BaseException as error:
                self._release(keeper, self.after_error(error), shelf)
                raise
            patiently(lambda: self._release(keeper, outcome, shelf), self.patience_s, keeper.halt)
        return outcome

    def _release(self, keeper: Keeper, outcome: Outcome, shelf: Shelf) -> None:
        self.store.release(keeper.lease, outcome.state, outcome.reason, outcome.retry_s)
        if outcome.state in ENDED:
            shelf.clear()

    def _outcome(self, keeper: Keeper, study: StudyRecord, load: Callable[[bool], Loaded], shelf: Shelf) -> Outcome:
        walk: Walk | None = None
        try:
            keeper.check()
            known = self.store.results(study.id)
            loaded = load(not is_judged(known))
            keeper.check()
            self.store.set_task(keeper.lease, loaded.task)
            asked = study.definition.resources.workers
            at_most = asked if self.shares_workers and asked != "auto" else None
            means = Means(
                self.store, self.executor, self.observer, keeper, study.owner, at_most, self.patience_s, shelf
            )
            walk = Walk(means, study, loaded, known)
            failure = walk.through(self.stages)
        except LeaseLostError:
            raise
        except Exception:
            # What goes wrong once the work has to stop, goes wrong for that reason.
            if keeper.cause is None:
                raise
            stage = walk.stage if walk is not None else None
            return outcome_of(keeper.cause, stage, study.definition.resources.time_limit_s)
        return Outcome(StudyState.COMPLETE if failure is None else StudyState.FAILED, failure)
