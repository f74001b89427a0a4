"""No checkpoint outlives its study, whoever ends that and however; what may still be wanted stays."""

import os
import threading
import time
from collections.abc import Collection
from pathlib import Path

import pytest

from hpsearch.conductor.conduct import Conductor
from hpsearch.conductor.endings import ending_after
from hpsearch.conductor.observer import Silent
from hpsearch.conductor.shelf import FORGOTTEN_S, LEAVING, Shelf, clear_ended, shelf_of
from hpsearch.job import Job
from hpsearch.results import StudyRecord
from hpsearch.store.memory import MemoryStore
from hpsearch.study import ENDED, StudyState
from hpsearch.trial import TrialResult
from tests.conductor.scripted import TASK, ScriptedExecutor
from tests.conductor.service_cases import House, wait_until
from tests.conductor.test_halving import bumpy, definition


def in_state(store: MemoryStore, state: StudyState, folder: Path) -> tuple[StudyRecord, Path]:
    """A study that somebody else has left so, and what it has left here."""
    study = store.create(definition())
    lease = store.claim(study.id, "somebody else", 60.0)
    assert lease is not None
    if state is not StudyState.RUNNING:
        store.release(lease, state, None)
    opened = shelf_of(study, folder).opened()
    assert opened is not None
    (Path(opened) / "one.safetensors").write_bytes(b"one")
    return study, Path(opened)


@pytest.mark.parametrize(("error", "left"), [(ZeroDivisionError("a bug"), 0), (OSError("no disk"), 1)])
def test_a_study_that_fails_by_an_error_leaves_nothing_behind(error: Exception, left: int, tmp_path: Path) -> None:
    def script(job: Job) -> TrialResult:
        if job.budget.until_epoch is not None:
            assert len(list(tmp_path.iterdir())) == 1
            raise error
        return bumpy(job)

    store = MemoryStore()
    study = store.create(definition())
    conductor = Conductor(
        store, ScriptedExecutor(script), Silent(), "me", checkpoints=tmp_path, after_error=ending_after
    )
    with pytest.raises(type(error)):
        conductor.conduct(study, TASK)
    assert (store.results(study.id).study.state in ENDED) is not bool(left)
    assert len(list(tmp_path.iterdir())) == left


def test_what_ended_elsewhere_is_cleared_and_what_is_open_stays(tmp_path: Path) -> None:
    store = MemoryStore()
    ended = [in_state(store, state, tmp_path)[1] for state in (StudyState.COMPLETE, StudyState.CANCELLED)]
    kept = [in_state(store, state, tmp_path)[1] for state in (StudyState.RUNNING, StudyState.PAUSED)]
    strange = [tmp_path / name for name in ("1-20200101T000000000000-0123456789abcdef", "99-x-y")]
    for folder in strange:
        folder.mkdir()
    long_ago = time.time() - FORGOTTEN_S - 60
    os.utime(strange[1], (long_ago, long_ago))
    half_gone = ended[0].with_name(ended[0].name + LEAVING)
    half_gone.mkdir()
    clear_ended(tmp_path, store.studies, ended=[2])
    assert not ended[1].exists()
    assert ended[0].exists()
    clear_ended(tmp_path, store.studies)
    assert set(tmp_path.iterdir()) == {*kept, strange[0]}
    clear_ended(tmp_path / "none", store.studies)
    clear_ended(None, store.studies)


def test_run_clears_what_earlier_ones_have_left(tmp_path: Path) -> None:
    store = MemoryStore()
    _, folder = in_state(store, StudyState.CANCELLED, tmp_path)
    Conductor(store, ScriptedExecutor(), Silent(), "me", checkpoints=tmp_path).conduct(store.create(definition()), TASK)
    assert not folder.exists()


def test_the_service_clears_when_it_starts_and_what_it_sweeps(tmp_path: Path) -> None:
    house = House(checkpoints=tmp_path)
    _, before = in_state(house.store, StudyState.FAILED, tmp_path)
    swept: list[int] = []

    class Sweeping(type(house.queue)):  # type: ignore[misc]
        def sweep(self) -> list[int]:
            given = swept[:]
            swept.clear()
            return given

        def next_study(self, holder: str, seconds: float, mine: Collection[int] = ()) -> None:
            self.looks += 1

    house.queue = Sweeping(house.store)
    with house.open():
        wait_until(lambda: not before.exists())
        wait_until(lambda: house.queue.looks)
        study, folder = in_state(house.store, StudyState.CANCELLED, tmp_path)
        looks = house.queue.looks
        wait_until(lambda: house.queue.looks > looks + 1)
        assert folder.exists()
        swept.append(study.id)
        wait_until(lambda: not folder.exists())


def test_workers_that_still_write_do_not_keep_a_folder(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "study")
    for _ in range(20):
        opened = shelf.opened()
        assert opened is not None
        written = threading.Event()

        def write(folder: Path = Path(opened), written: threading.Event = written) -> None:
            for number in range(100_000):
                try:
                    (folder / f"{number}.safetensors").touch()
                except OSError:
                    return
                if number == 50:
                    written.set()

        worker = threading.Thread(target=write)
        worker.start()
        assert written.wait(60)
        shelf.clear()
        worker.join()
        assert list(tmp_path.iterdir()) == []
