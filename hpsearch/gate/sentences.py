"""What a check did not do, in sentences."""

from hpsearch.gate.dose import INITIAL_SAMPLES, WHOLE, Dose, dosed_study
from hpsearch.gate.stage_run import StageRun
from hpsearch.recipe.learning_rates import sweep_grid
from hpsearch.recipe.wording import counted
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition


def left_out(study: StudyDefinition, stage: StageName, dose: Dose, run: StageRun) -> tuple[str, ...]:
    """What the stage has of the definition's own recipe that was not done for the verdict."""
    if dose is WHOLE and len(run.finished) == len(run.plan.jobs):
        return ()
    match stage:
        case StageName.INITIAL_LOSS:
            return _initial_loss(study, dose, run)
        case StageName.OVERFIT:
            return _overfit(study, dose, run)
        case _:
            return _sweep(study, dose, run)


def _initial_loss(study: StudyDefinition, dose: Dose, run: StageRun) -> tuple[str, ...]:
    wanted, done = study.recipe.initial_loss.seeds, len(run.finished)
    found = [f"{done} of {counted(wanted, 'initialisation')}"] if done < wanted else []
    if dose.initial_samples is not None and dose.initial_samples < INITIAL_SAMPLES:
        found.append(f"{dose.initial_samples} instead of {INITIAL_SAMPLES:,} samples each")
    return (", ".join(found),) if found else ()


def _overfit(study: StudyDefinition, dose: Dose, run: StageRun) -> tuple[str, ...]:
    whole = dosed_study(study, StageName.OVERFIT, WHOLE, None)
    recipe = whole.recipe.overfit
    samples = run.plan.jobs[0].budget.samples or 0
    wanted = recipe.samples or recipe.batches * run.plan.jobs[0].batch_size
    found = []
    if dose.overfit_samples is not None and samples < wanted:
        found.append(f"{samples} of {wanted} samples")
    if len(run.finished) < len(run.plan.jobs):
        found.append(f"{len(run.finished)} of {counted(len(run.plan.jobs), 'learning rate')}")
    return (", ".join(found),) if found else ()


def _sweep(study: StudyDefinition, dose: Dose, run: StageRun) -> tuple[str, ...]:
    whole = study.recipe.lr_sweep
    optimizers = {job.optimizer.name for job in run.plan.jobs}
    tried = len({(trial.job.optimizer.name, trial.job.optimizer.learning_rate) for trial in run.finished})
    wanted = len(optimizers) * len(sweep_grid(study))
    found = [f"{tried} of {counted(wanted, 'learning rate')}"] if tried < wanted else []
    if found and len(optimizers) > 1:
        found[0] += f" of {len(optimizers)} optimisers together"
    steps = max((len(trial.result.step_losses) for trial in run.finished), default=run.plan.jobs[0].budget.steps or 0)
    if steps < whole.steps:
        found.append(f"{steps} of {whole.steps} iterations")
    if dose.sweep_samples is not None:
        first = run.plan.jobs[0]
        found.append(f"mini-batches of {first.batch_size} from {dose.sweep_samples} samples instead of all")
    if run.taken_over and run.taken_over == len(run.finished):
        found.append("read from the attempt to learn a sample by heart, which trained alike")
    return (", ".join(found),) if found else ()
