"""How many trials of a study share one GPU, by the memory that they are predicted to take."""

import torch

from hpsearch.cost.extent import costly, spanning_points
from hpsearch.cost.fit import trial_bytes
from hpsearch.data.dataset import Dataset
from hpsearch.executors.room import USED, placed_bytes, training_bytes
from hpsearch.job import Budget, job_for
from hpsearch.recipe.centre import centre
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition


def trials_that_fit(definition: StudyDefinition, dataset: Dataset) -> int | None:
    """On the smallest GPU of this machine: of the dearest point of the space, each in a process of its own.

    At least one, which may then run out of memory. None if there is no GPU, or if nothing can be predicted.
    """
    if torch.cuda.device_count() == 0:
        return None
    numbers = range(torch.cuda.device_count())
    placed = max(placed_bytes(dataset, f"cuda:{n}") for n in numbers)
    found = dearest_trial_bytes(definition, dataset, placed)
    if found is None:
        return None
    smallest = min(torch.cuda.get_device_properties(n).total_memory for n in numbers)
    return max(1, int(smallest * USED) // found)


def dearest_trial_bytes(definition: StudyDefinition, dataset: Dataset, placed: int) -> int | None:
    """What a trial takes of a GPU at most: training or evaluation, data and process; None if no point can be told.

    ``placed``: bytes of the data set that lie there.
    """
    middle, decisive = centre(definition.space), costly(definition.space)
    rest = {path: value for path, value in middle.items() if path not in decisive}
    found = []
    for point in spanning_points(decisive, {path: middle[path] for path in decisive}):
        job = job_for(definition, StageName.COARSE, 0, {**rest, **point}, Budget(epochs=1))
        try:
            found.append(trial_bytes(training_bytes(job, dataset, "cuda"), placed))
        except Exception:  # noqa: BLE001, S112  (a network that cannot be built here fails as a trial of its own)
            continue
    return max(found, default=None)
