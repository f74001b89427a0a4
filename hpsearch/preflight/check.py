"""Everything that can be wrong with a study, found before anything of it runs."""

from hpsearch.data.dataset import Dataset
from hpsearch.data.loading import load_dataset
from hpsearch.errors import DefinitionError, Problem, shown
from hpsearch.job import data_settings
from hpsearch.preflight.fitting import network_problems
from hpsearch.preflight.settled import settled_problems
from hpsearch.preflight.single import single_problems
from hpsearch.study import StudyDefinition
from hpsearch.task import Task


def check_definition(definition: StudyDefinition) -> Dataset:
    """Loads the data and builds the network at the ends of the space; gives the data back.

    Raises DefinitionError with every problem of the definition, the data and the network.
    """
    problems = settled_problems(definition)
    dataset: Dataset | None = None
    try:
        dataset = load_dataset(data_settings(definition))
    except DefinitionError as error:
        problems += [problem for problem in error.problems if problem.path not in {one.path for one in problems}]
    if dataset is not None:
        problems += task_problems(definition, dataset.task)
        if not any(problem.path.startswith("network") for problem in problems):
            problems += network_problems(definition.network, dataset.task) or single_problems(definition, dataset.task)
    if dataset is None or problems:
        raise DefinitionError(problems)
    return dataset


def task_problems(definition: StudyDefinition, task: Task) -> list[Problem]:
    """What does not fit the task that the data turned out to set."""
    problems = []
    batch_size = definition.data.batch_size
    largest = batch_size if isinstance(batch_size, int) else max(int(end or 0) for end in batch_size.ends())
    if largest > task.train_samples:
        rule = f"a mini-batch cannot be larger than the training split, which has {task.train_samples} samples"
        problems.append(Problem("data.batch_size", shown(largest), rule, "Lower it."))
    samples = definition.recipe.overfit.samples
    if samples is not None and samples > task.train_samples:
        rule = f"the training split has {task.train_samples} samples only"
        problems.append(Problem("recipe.overfit.samples", str(samples), rule, "Lower it."))
    if definition.loss.name == "auto" and not task.is_classification:
        problems += _regression_problems(definition)
    return problems


def _regression_problems(definition: StudyDefinition) -> list[Problem]:
    problems = []
    objective, smoothing = definition.objective, definition.loss.label_smoothing
    if objective is not None and objective.metric == "val_accuracy":
        rule = "the targets are real numbers, for which there is no accuracy"
        problems.append(
            Problem("objective.metric", "'val_accuracy'", rule, "Use val_loss, or store classes as integers.")
        )
    if smoothing != 0:
        rule = "the targets are real numbers, and only classes can be smoothed"
        problems.append(Problem("loss.label_smoothing", shown(smoothing), rule, "Leave it out."))
    return problems
