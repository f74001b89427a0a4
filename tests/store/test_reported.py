"""What a report reads of a study: all but the curves that it does not draw."""

from dataclasses import replace

from sqlalchemy import Engine

from hpsearch.stage import StageName
from hpsearch.store.desk import StudyDesk
from hpsearch.store.postgres import PostgresStore
from hpsearch.store.reported import DRAWN, POINTS, SWEPT
from tests.store.service_samples import claimed, key_of, submit
from tests.store.study_samples import TASK, broken, complete, jobs, started, verdict

LONG = tuple(float(step) for step in range(3 * POINTS + 1))


def test_a_report_reads_the_curves_of_a_few_trials_and_all_the_rest(engine: Engine) -> None:
    desk, store = StudyDesk(engine), PostgresStore(engine)
    study = submit(engine, key_of(engine))
    lease = claimed(engine)
    store.set_task(lease, TASK)
    swept = jobs(StageName.LR_SWEEP, SWEPT + 5)
    started(store, lease, swept)
    store.save_results(lease, [complete(job, None) for job in swept])
    planned = jobs(count=10)
    started(store, lease, planned)
    values = [0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4]
    ended = [complete(job, value, step_losses=LONG) for job, value in zip(planned, values, strict=False)]
    store.save_results(lease, [*ended, broken(planned[7])])
    store.save_verdict(lease, verdict())

    found, whole = desk.reported("ada", study.id), desk.results("ada", study.id)
    assert repr(found.study) == repr(whole.study)
    assert repr(found.stages) == repr(whole.stages)
    assert [(one.stage, one.number) for one in found.trials] == [(one.stage, one.number) for one in whole.trials]
    empty = {"step_losses": (), "step_accuracies": (), "epochs": (), "layers": (), "without_gradient": ()}
    drawn = []
    for seen, full in zip(found.trials, whole.trials, strict=True):
        if seen.result is None or full.result is None:
            assert seen.result is full.result
            continue
        if seen.result.epochs:
            drawn.append((seen.stage, seen.number))
            assert repr(replace(seen.result, step_losses=())) == repr(replace(full.result, step_losses=()))
        else:
            assert repr(seen) == repr(replace(full, result=replace(full.result, **empty)))  # type: ignore[arg-type]
    of_search = [number for stage, number in drawn if stage is StageName.COARSE]
    assert of_search == sorted([1, 3, 5])
    assert len(of_search) == DRAWN
    assert [number for stage, number in drawn if stage is StageName.LR_SWEEP] == list(range(SWEPT))


def test_a_long_curve_comes_thinned_with_both_ends(engine: Engine) -> None:
    desk, store = StudyDesk(engine), PostgresStore(engine)
    study = submit(engine, key_of(engine))
    lease = claimed(engine)
    store.set_task(lease, TASK)
    planned = jobs()
    started(store, lease, planned)
    lengths = (POINTS, POINTS + 1, len(LONG))
    store.save_results(
        lease, [complete(job, 0.5, step_losses=LONG[:length]) for job, length in zip(planned, lengths, strict=True)]
    )
    for trial, length in zip(desk.reported(None, study.id).trials, lengths, strict=True):
        assert trial.result is not None
        losses = trial.result.step_losses
        assert (losses[0], losses[-1]) == (LONG[0], LONG[length - 1])
        assert len(losses) <= POINTS
        assert len(losses) >= length // 4
        assert length > POINTS or len(losses) == length
