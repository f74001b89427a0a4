"""The checks before a study run in a process of their own: a crash there is told, and ends nothing else.

What they find in the data stops a study before anything is trained, or is told.
"""

from pathlib import Path
from typing import Any

import pytest

from hpsearch.cli.begun import Begun
from hpsearch.cli.choosing import has_told_data
from hpsearch.cli.examination import Examination
from hpsearch.cli.search import _warn, searched
from hpsearch.conductor.loaded import Loaded
from hpsearch.errors import DefinitionError, WorkerError
from hpsearch.executors.nursery import Child, Nursery
from hpsearch.finding import Finding, Severity
from hpsearch.settings import Settings
from hpsearch.stage import StageName
from hpsearch.store.memory import MemoryStore
from hpsearch.study import StudyDefinition, StudyState
from hpsearch.task import Task
from hpsearch.verdict import Outcome, Verdict

USERS = """
import ctypes, os, signal
def sound(input_shape, outputs):
    import torch
    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, outputs))
def leaves(input_shape, outputs):
    os._exit(3)
def crashes(input_shape, outputs):
    ctypes.string_at(0)
def is_killed(input_shape, outputs):
    os.kill(os.getpid(), signal.SIGKILL)
def drops(input_shape, outputs):
    import torch
    class Dropping(torch.nn.Sequential):
        def forward(self, images):
            return torch.nn.functional.dropout(super().forward(images), 0.5)
    return Dropping(torch.nn.Flatten(), torch.nn.Linear(64, outputs))
"""


class Dying(Nursery):
    """Is killed as soon as it has been asked for a child."""

    def child(self, program: str, argument: Any) -> Child:
        """One that has ended already."""
        found = super().child(program, argument)
        self._process.kill()
        found.exit_status(60)
        return found


def test_a_nursery_that_has_just_died_is_told(tmp_path: Path) -> None:
    nursery = Dying(())
    definition = StudyDefinition.model_validate(
        {"name": "checked", "data": {"dataset": "digits"}, "network": {"name": "convnet"}}
    )
    try:
        with pytest.raises(WorkerError, match="the process that starts workers has ended"):
            Examination(nursery, definition, tmp_path).found()
    finally:
        nursery.close()


def test_what_becomes_of_the_checks_is_told(tmp_path: Path) -> None:
    (tmp_path / "users.py").write_text(USERS)
    nursery = Nursery(("hpsearch.preflight.check",))

    def examination(network: dict[str, str]) -> Examination:
        written = {"name": "checked", "data": {"dataset": "digits"}, "network": network}
        return Examination(nursery, StudyDefinition.model_validate(written), tmp_path)

    try:
        found = {
            name: examination({"factory": f"users:{name}"}) for name in ("sound", "leaves", "crashes", "is_killed")
        }
        assert found["sound"].found().task.train_samples > 1000
        with pytest.raises(DefinitionError, match=r"ended: exit code 3, as after os._exit.*Correct the code"):
            found["leaves"].found()
        with pytest.raises(DefinitionError, match=r"ended: Segmentation fault in crashes \(.*users\.py:9\)"):
            found["crashes"].found()
        with pytest.raises(WorkerError, match="was killed; see that there is memory enough"):
            found["is_killed"].found()
        with pytest.raises(DefinitionError, match="network"):
            examination({"factory": "users:absent"}).found()
    finally:
        nursery.close()


LEAKING = """
def load():
    from sklearn.datasets import load_digits
    digits = load_digits()
    return digits.images[:, None].repeat(2, axis=0).astype("float32"), digits.target.repeat(2)
"""


def test_a_leaking_split_stops_a_study_with_a_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "leaking.py").write_text(LEAKING)
    definition = StudyDefinition.model_validate(
        {"name": "leaking", "data": {"factory": "leaking:load"}, "network": {"name": "convnet"}}
    )
    settings = Settings(home=tmp_path)
    with Begun(settings) as begun:
        begun.examine(definition, tmp_path)
        results = searched(MemoryStore(), settings, definition, 1, again=False, begun=begun)
    assert results.study.state is StudyState.FAILED
    assert not any(trial.result for trial in results.trials)
    told = capsys.readouterr().err
    assert "initial_loss: failed: nothing is trained on data that are not sound" in told
    assert told.count("431 of 719 test images (59.9%) are in training too") == 1


def test_a_forward_pass_that_is_wrong_is_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "users.py").write_text(USERS)
    written = {"name": "drops", "data": {"dataset": "digits"}, "network": {"factory": "users:drops"}}
    definition = StudyDefinition.model_validate(written)
    nursery = Nursery(("hpsearch.preflight.check",))
    try:
        examined = Examination(nursery, definition, tmp_path).found()
        unasked = Examination(nursery, definition, tmp_path, check_data=False).found()
    finally:
        nursery.close()
    assert [one.code for one in examined.behaviour] == ["HP404"]
    assert unasked.behaviour == ()
    _warn(definition, Loaded(examined.task, examined.findings, examined.behaviour))
    told = capsys.readouterr().err
    assert "[HP404]" in told
    assert "error" not in told.split("[HP404]")[0]


def test_warnings_are_said_and_errors_are_left_to_the_stage(capsys: pytest.CaptureFixture[str]) -> None:
    raw: dict[str, Any] = {"name": "short", "data": {"dataset": "digits"}, "network": {"name": "convnet"}}
    raw["recipe"] = {"coarse": {"epochs": 1}, "fine": {"epochs": 1}}
    leak = Finding("HD302", Severity.ERROR, "half is in training too", {}, "Remove the copies.")
    noise = Finding("HD401", Severity.WARNING, "labels without signal", {}, "Look at some images.")
    task = Task("cross_entropy", (1, 8, 8), 10, 1077, 360, 360, (36,) * 10)

    def warned(*found: Finding, **changes: Any) -> str:
        _warn(StudyDefinition.model_validate({**raw, **changes}), Loaded(task, found))
        return capsys.readouterr().err

    assert "[HP7" in warned()
    assert "HD" not in warned(leak, noise)
    assert "warning: labels without signal [HD401]. Look at some images.\n" in warned(noise)
    overridden = warned(leak, noise, recipe={**raw["recipe"], "initial_loss": {"override": True}})
    assert "HD401" in overridden
    assert "HD302" not in overridden


def test_data_are_checked_until_the_first_stage_is_judged(tmp_path: Path) -> None:
    store = MemoryStore()
    definition = StudyDefinition.model_validate({"name": "a", "data": {"dataset": "digits"}, "network": "convnet"})
    study = store.create(definition)
    assert not has_told_data(store, definition)
    lease = store.claim(study.id, "me", 10.0)
    assert lease is not None
    store.start_round(lease, StageName.INITIAL_LOSS, 0, (), {})
    assert not has_told_data(store, definition)
    store.save_verdict(lease, Verdict(StageName.INITIAL_LOSS, Outcome.PASS, "2.3"))
    assert has_told_data(store, definition)
    (tmp_path / "leaking.py").write_text(LEAKING)
    leaking = StudyDefinition.model_validate({"name": "b", "data": {"factory": "leaking:load"}, "network": "convnet"})
    nursery = Nursery(("hpsearch.preflight.check",))
    try:
        assert Examination(nursery, leaking, tmp_path, check_data=False).found().findings == ()
    finally:
        nursery.close()
