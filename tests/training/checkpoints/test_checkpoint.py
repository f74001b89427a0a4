"""A trial that is set aside at a rung and taken up again is, bit for bit, the trial that was never stopped."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.job import Budget, Job, NetworkSettings
from hpsearch.training.checkpoints.checkpoint import Checkpoints
from hpsearch.training.cohort import train_cohort
from hpsearch.training.member import train_member
from hpsearch.training.samples.arrays import Arrays
from hpsearch.training.size import Arithmetic
from hpsearch.trial import TrialResult, TrialState
from tests.training.training_cases import classes, job, optimizer, own, train

ALONE = Arrangement()
CONVNET = NetworkSettings("convnet", None, {"depth": 2, "width": 4, "norm": "batch", "dropout": 0.3})


def kept_in(folder: Path) -> list[Path]:
    """All files, by name."""
    return sorted((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.name)


def up_to(wanted: Job, rung: int | None) -> Job:
    return replace(wanted, budget=replace(wanted.budget, until_epoch=rung))


def trained(wanted: Job, folder: Path, arrangement: Arrangement = ALONE) -> TrialResult:
    (result,) = train_cohort(Cohort((wanted,), arrangement, str(folder)), classes(shape=(1, 8, 8)))
    return result


@pytest.mark.parametrize("network", [CONVNET, own("Drawing"), own("Double", dropout=0.3), own("Centred")])
@pytest.mark.parametrize("name", ["sgd", "adam", "adamw", "rmsprop", "adagrad"])
def test_a_trial_that_is_set_aside_twice_is_the_trial_that_never_was(
    network: NetworkSettings, name: str, tmp_path: Path
) -> None:
    changes: dict[str, Any] = {
        "optimizer": optimizer(name, 0.01, weight_decay=1e-3, schedule="cosine"),
        "label_smoothing": 0.1,
    }
    wanted = job(network, Budget(epochs=7), **changes)
    whole = train(wanted, classes(shape=(1, 8, 8)))
    assert whole.state is TrialState.COMPLETE
    for rung in (2, 5):
        at_rung = trained(up_to(wanted, rung), tmp_path)
        assert (at_rung.state, at_rung.epochs) == (TrialState.PRUNED, whole.epochs[:rung])
        (kept,) = kept_in(tmp_path)  # the earlier one has gone
        assert kept.name.split("-")[1] == str(rung)
    assert trained(wanted, tmp_path) == whole


def rewritten(path: Path, content: bytes) -> None:
    """Another content under the name that fits it."""
    key, epoch, _ = path.name.split("-")
    path.unlink()
    path.with_name(f"{key}-{epoch}-{hashlib.sha256(content).hexdigest()}.safetensors").write_bytes(content)


def test_it_does_go_on_and_computes_nothing_twice(tmp_path: Path) -> None:
    wanted = job(CONVNET, Budget(epochs=4))
    trained(up_to(wanted, 2), tmp_path)
    (path,) = kept_in(tmp_path)
    with safe_open(path, "pt") as file:
        document = json.loads(file.metadata()["trial"])
    document["epochs"][0]["train_loss"] = 123.0
    rewritten(path, save(load_file(path), metadata={"trial": json.dumps(document)}))
    for rung in (2, None):
        assert trained(up_to(wanted, rung), tmp_path).epochs[0].train_loss == 123.0


def aged(folder: Path) -> None:
    """As if each trial had been trained for a thousand seconds."""
    for path in kept_in(folder):
        with safe_open(path, "pt") as file:
            document = json.loads(file.metadata()["trial"]) | {"duration_s": 1000.0}
        rewritten(path, save(load_file(path), metadata={"trial": json.dumps(document)}))


def damaged(path: Path) -> None:
    """One bit of every weight and of what the optimiser remembers."""
    content = bytearray(path.read_bytes())
    begin = 8 + int.from_bytes(content[:8], "little")
    for place in range(begin, len(content), 4):
        content[place] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def elsewhere(path: Path) -> None:
    path.rename(path.with_name("x" + path.name))


def another(path: Path) -> None:
    """Whole, but not of this training: weights of another shape under the right name."""
    rewritten(path, save({"weights.a": torch.zeros(3)}, metadata={"trial": "{}"}))


def without_document(path: Path) -> None:
    rewritten(path, save({"weights.a": torch.zeros(3)}))


def with_document(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    with safe_open(path, "pt") as file:
        document = json.loads(file.metadata()["trial"])
    change(document)
    rewritten(path, save(load_file(path), metadata={"trial": json.dumps(document)}))


def later(path: Path) -> None:
    """An epoch has a field that is not known here."""
    with_document(path, lambda document: document["epochs"][1].update(test_loss=1.0))


def older(path: Path) -> None:
    """It does not say yet how long it took."""
    with_document(path, lambda document: document.pop("duration_s"))


def without_order(path: Path) -> None:
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    tensors = load_file(path)
    del tensors["order"]
    rewritten(path, save(tensors, metadata=metadata))


LOST = [damaged, cut, Path.unlink, elsewhere, another, without_document, later, older, without_order]


@pytest.mark.parametrize("happened", LOST)
def test_a_checkpoint_that_is_lost_or_damaged_costs_time_only(happened: Any, tmp_path: Path) -> None:
    wanted = job(CONVNET, Budget(epochs=4))
    whole = train(wanted, classes(shape=(1, 8, 8)))
    trained(up_to(wanted, 2), tmp_path)
    (path,) = kept_in(tmp_path)
    happened(path)
    assert trained(wanted, tmp_path) == whole


@pytest.mark.parametrize("happened", [later, older, without_order])
def test_a_cohort_leaves_what_it_cannot_read_alone(happened: Any, tmp_path: Path) -> None:
    jobs = members(2)
    whole = together(jobs, None)
    together([up_to(one, 2) for one in jobs], tmp_path)
    happened(kept_in(tmp_path)[1])
    assert together(jobs, tmp_path) == whole


def test_a_checkpoint_of_another_format_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = job(CONVNET, Budget(epochs=4))
    trained(up_to(wanted, 2), tmp_path)
    aged(tmp_path)
    monkeypatch.setattr("hpsearch.training.checkpoints.checkpoint.FORMAT", 1)
    assert trained(wanted, tmp_path).duration_s < 1000


@pytest.mark.parametrize("name", ["WithExtra", "Secretive", "Sparse"])
def test_a_network_whose_state_cannot_be_kept_is_trained_all_the_same(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "hpsearch.training.checkpoints.checkpoint")
    wanted = job(own(name), Budget(epochs=4))
    whole = train(wanted, classes(shape=(1, 8, 8)))
    assert whole.state is TrialState.COMPLETE
    at_rung = trained(up_to(wanted, 2), tmp_path)
    assert (at_rung.state, at_rung.epochs) == (TrialState.PRUNED, whole.epochs[:2])
    assert "trial 0 of coarse is not set aside: " in caplog.text
    assert not kept_in(tmp_path)
    assert trained(wanted, tmp_path) == whole


@pytest.mark.parametrize(
    "changes",
    [{"weights_seed": 12}, {"order_seed": 13}, {"optimizer": optimizer(learning_rate=0.02)}, {"label_smoothing": 0.2}],
)
def test_another_trials_checkpoint_is_left_alone(changes: dict[str, Any], tmp_path: Path) -> None:
    wanted = job(CONVNET, Budget(epochs=4))
    trained(up_to(wanted, 2), tmp_path)
    other = replace(wanted, **changes)
    assert trained(other, tmp_path) == train(other, classes(shape=(1, 8, 8)))
    contiguous = Arrangement(memory_format="contiguous")
    assert trained(wanted, tmp_path, contiguous).epochs == trained(wanted, tmp_path / "no", contiguous).epochs


def test_a_checkpoint_beyond_the_budget_is_not_for_it(tmp_path: Path) -> None:
    wanted = job(CONVNET, Budget(epochs=6))
    whole = train(wanted, classes(shape=(1, 8, 8)))
    trained(up_to(wanted, 4), tmp_path)
    assert trained(up_to(wanted, 2), tmp_path).epochs == whole.epochs[:2]
    assert sorted(path.name.split("-")[1] for path in kept_in(tmp_path)) == ["2", "4"]


def test_of_one_trial_one_file_lies_there_however_often_it_comes_to_the_rung(tmp_path: Path) -> None:
    wanted = up_to(job(CONVNET, Budget(epochs=4)), 2)
    trained(wanted, tmp_path)
    (path,) = kept_in(tmp_path)
    trained(wanted, tmp_path)
    (newer,) = kept_in(tmp_path)
    assert newer != path, "else the test could not fail"


def test_a_folder_that_is_not_there_takes_nothing(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    assert trained(up_to(job(CONVNET), 2), missing).state is TrialState.PRUNED
    assert not missing.exists()


def test_nothing_but_whole_files_lies_in_the_folder(tmp_path: Path) -> None:
    for number in range(3):
        trained(up_to(job(CONVNET, number=number), 2), tmp_path)
    assert [path.suffix for path in kept_in(tmp_path)] == [".safetensors"] * 3


STACKED = Arrangement(8, stacked=True)


def together(jobs: list[Job], folder: Path | None) -> dict[int, TrialResult]:
    cohort = Cohort(tuple(jobs), STACKED, None if folder is None else str(folder))
    results = {result.number: result for result in train_cohort(cohort, classes(shape=(1, 8, 8)))}
    assert {result.alone_because for result in results.values()} == {None}
    return results


def members(count: int, network: NetworkSettings = CONVNET, **changes: Any) -> list[Job]:
    made = [job(network, Budget(epochs=5), number=number, **changes) for number in range(count)]
    return [replace(one, weights_seed=50 + one.number, order_seed=90 + one.number) for one in made]


@pytest.mark.parametrize("name", ["sgd", "adam", "rmsprop"])
def test_a_cohort_that_trains_as_one_network_goes_on_as_if_it_had_not_ended(name: str, tmp_path: Path) -> None:
    jobs = members(8, optimizer=optimizer(name, 0.01, schedule="cosine"))
    whole = together(jobs, None)
    at_rung = together([up_to(one, 3) for one in jobs], tmp_path)
    assert {number: one.epochs for number, one in at_rung.items()} == {n: one.epochs[:3] for n, one in whole.items()}
    assert len(kept_in(tmp_path)) == 8
    aged(tmp_path)
    again = together([up_to(one, 3) for one in jobs], tmp_path)
    assert again == at_rung
    ended = together(jobs, tmp_path)
    assert ended == whole
    assert all(one.duration_s > 1000 for one in (*again.values(), *ended.values()))


def test_buffers_that_no_state_holds_are_set_aside_with_a_cohort(tmp_path: Path) -> None:
    jobs = members(4, own("Centred"))
    whole = together(jobs, None)
    together([up_to(one, 3) for one in jobs], tmp_path)
    aged(tmp_path)
    ended = together(jobs, tmp_path)
    assert ended == whole
    assert all(one.duration_s > 1000 for one in ended.values())


def test_those_who_go_on_find_new_company_or_none(tmp_path: Path) -> None:
    jobs = members(8)
    whole = together(jobs, None)
    together([up_to(one, 2) for one in jobs], tmp_path)
    aged(tmp_path)
    fewer = together([jobs[place] for place in (1, 4, 6)], tmp_path)
    (last,) = train_cohort(Cohort((jobs[7],), STACKED, str(tmp_path)), classes(shape=(1, 8, 8)))
    for result in (*fewer.values(), last):
        assert result.duration_s > 1000
        assert result.epochs[:2] == whole[result.number].epochs[:2]
        assert result.step_losses == pytest.approx(whole[result.number].step_losses, abs=1e-4)


def test_a_cohort_of_which_one_checkpoint_is_lost_begins_at_its_start(tmp_path: Path) -> None:
    jobs = members(8)
    whole = together(jobs, None)
    together([up_to(one, 2) for one in jobs], tmp_path)
    kept_in(tmp_path)[3].unlink()
    assert together(jobs, tmp_path) == whole


def test_nobody_is_trained_again_because_of_one_who_failed_before_the_rung(tmp_path: Path) -> None:
    jobs = members(4)
    jobs[2] = replace(jobs[2], optimizer=optimizer("sgd", 1e30))
    wanted = [up_to(one, 2) for one in jobs]
    at_rung = together(wanted, tmp_path)
    assert [at_rung[number].state for number in range(4)].count(TrialState.FAILED) == 1
    aged(tmp_path)
    again = together(wanted, tmp_path)
    assert repr([replace(one, duration_s=0.0) for one in again.values()]) == repr(
        [replace(at_rung[number], duration_s=0.0) for number in again]
    )  # a loss that is not a number is no other number
    assert all(one.duration_s > 1000 for one in again.values())
    checkpoints = Checkpoints(str(tmp_path), STACKED, torch.device("cpu"))
    alone = train_member(wanted[2], Arrays(classes(shape=(1, 8, 8)), torch.device("cpu")), Arithmetic(), checkpoints)
    assert repr(alone.step_losses) == repr(at_rung[2].step_losses)  # it does not go on behind its end
    assert alone.duration_s < 1000
    sound = [one for one in jobs if one is not jobs[2]]
    assert all(one.duration_s > 1000 for one in together(sound, tmp_path).values())


def test_whoever_ends_before_the_rung_is_there_with_the_others(tmp_path: Path) -> None:
    jobs = [replace(one, budget=replace(one.budget, patience=1)) for one in members(4)]
    jobs[1] = replace(jobs[1], optimizer=optimizer("sgd", 0.9))
    wanted = [up_to(one, 4) for one in jobs]
    at_rung = together(wanted, tmp_path)
    assert {one.state for one in at_rung.values()} == {TrialState.COMPLETE, TrialState.PRUNED}
    aged(tmp_path)
    again = together(wanted, tmp_path)
    assert again == at_rung
    assert all(one.duration_s > 1000 for one in again.values())


def test_those_who_were_one_network_need_not_show_again_that_they_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = members(4)
    together([up_to(one, 2) for one in jobs], tmp_path)
    monkeypatch.setattr("hpsearch.training.stacked.network.check", lambda *_: pytest.fail("tried once more"))
    assert len(together(jobs, tmp_path)) == 4


def test_networks_that_cannot_be_one_go_on_alone(tmp_path: Path) -> None:
    jobs = [replace(one, network=own("Drawing")) for one in members(4)]

    def all_of(wanted: list[Job], folder: Path | None) -> list[TrialResult]:
        cohort = Cohort(tuple(wanted), STACKED, None if folder is None else str(folder))
        return sorted(train_cohort(cohort, classes(shape=(1, 8, 8))), key=lambda result: result.number)

    whole = all_of(jobs, None)
    assert all(result.alone_because for result in whole)
    all_of([up_to(one, 2) for one in jobs], tmp_path)
    again = all_of(jobs, tmp_path)
    assert again == whole
    assert all(result.alone_because for result in again)
