"""The jobs of searches: what the trial of a point trains, and what a job has at a path."""

from hpsearch.job import Budget, Job, job_for
from hpsearch.space import Point, Value
from hpsearch.stage import Search, StageName
from hpsearch.study import StudyDefinition

EPOCHS = "recipe.fine.epochs"
"""A point that names it trains for so many epochs instead of the definition's: a round that was made longer."""
SCHEDULE = "optimizer.schedule.name"


def search_settings(study: StudyDefinition, stage: StageName) -> Search:
    """What the definition says of a searching stage; raises KeyError for any other."""
    searches: dict[StageName, Search] = {StageName.COARSE: study.recipe.coarse, StageName.FINE: study.recipe.fine}
    return searches[stage]


def search_job(study: StudyDefinition, stage: StageName, number: int, point: Point) -> Job:
    """The job of one trial of a search: it follows from the definition, the number and the point."""
    settings = search_settings(study, stage)
    epochs = point.get(EPOCHS, settings.epochs)
    if isinstance(epochs, bool) or not isinstance(epochs, int):
        raise ValueError(f"{EPOCHS} of a point is a whole number, and {epochs!r} is none: a bug in planning")
    return job_for(study, stage, number, point, Budget(epochs=epochs, patience=settings.patience))


def value_at(job: Job, path: str, default: Value = None) -> Value:
    """What a job has at a searchable path, whether the search has decided it or the definition.

    ``default`` where a network's hyperparameter was not given, so that its own default holds.
    """
    if path in job.parameters:
        return job.parameters[path]
    section, _, name = path.rpartition(".")
    if section == "network":
        found: Value = job.network.parameters.get(name, default)
        return found
    optimizer = job.optimizer
    known: dict[str, Value] = {
        "data.batch_size": job.batch_size,
        "loss.label_smoothing": job.label_smoothing,
        EPOCHS: job.budget.epochs,
        SCHEDULE: optimizer.schedule,
        "optimizer.schedule.factor": optimizer.factor,
        "optimizer.schedule.warmup": optimizer.warmup,
    }
    return known[path] if path in known else getattr(optimizer, name, default)
