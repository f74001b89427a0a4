"""What a stage of the recipe is: two pure functions, one that plans jobs and one that judges their results."""

from collections.abc import Sequence
from typing import Literal, Protocol

from hpsearch.recipe.plan import Plan
from hpsearch.space import Point, Space
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial
from hpsearch.verdict import Verdict


class Draw(Protocol):
    """Where points come from: whoever runs the recipe hands a sampling room in, so that planning stays pure."""

    def points(
        self,
        sampler: Literal["random", "grid", "sobol"],
        space: Space,
        /,
        *,
        seed: int,
        stage: StageName,
        round: int,  # noqa: A002
        first: int,
        count: int,
        points_per_range: int,
    ) -> list[Point]:
        """The points of the trials ``first``, ``first + 1``, … of one round."""
        ...


class Step(Protocol):
    """One stage. Both functions are pure: same arguments, same answer, and nothing else happens."""

    def plan(
        self,
        study: StudyDefinition,
        task: Task,
        verdicts: Sequence[Verdict],
        trials: Sequence[FinishedTrial],
        draw: Draw,
        /,
    ) -> Plan:
        """The jobs of the stage's next round.

        ``verdicts``: all so far, in order, skipped stages included. ``trials``: all finished trials of the coarse
        and the fine search so far; the other stages need none.
        """
        ...

    def judge(self, study: StudyDefinition, task: Task, plan: Plan, finished: Sequence[FinishedTrial], /) -> Verdict:
        """What came of it.

        ``finished``: the finished trials of the plan's stage, those of earlier rounds included. The ``override``
        of the definition plays no part here: the table of steps puts it in.
        """
        ...
