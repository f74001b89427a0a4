"""Definitions are checked in another process: what it says, and what becomes of one that dies, hangs or has rested."""

import json
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from hpsearch.conductor.checking import Checker, CheckError, CheckKilledError
from hpsearch.conductor.examiner import Examiner
from hpsearch.errors import DefinitionError
from hpsearch.finding import Severity
from hpsearch.results import StudyRecord
from hpsearch.store.memory import MemoryStore
from hpsearch.study import StudyDefinition
from tests.conductor.service_cases import definition, wait_until

BAD = """
import os, pathlib, time

def crash(**_): os._exit(7)

def killed(**_):
    print("so much memory")
    os.kill(os.getpid(), 9)

def hang(folder, **_):
    pathlib.Path(folder, str(os.getpid())).touch()
    time.sleep(600)

def leak():
    from sklearn.datasets import load_digits
    digits = load_digits()
    return digits.images[:, None].repeat(2, axis=0).astype("float32"), digits.target.repeat(2)

def talk(input_shape, outputs):
    from torch import nn
    print("hello" * 1000)
    return nn.Sequential(nn.Flatten(), nn.Linear(64, outputs))

def mix(input_shape, outputs):
    from torch import nn
    return nn.Sequential(nn.Flatten(), nn.Linear(64, outputs), nn.Softmax(dim=0))

def bright():
    from sklearn.datasets import load_digits
    digits = load_digits()
    return (digits.images[:, None] * 15).astype("float32"), digits.target

def dim(input_shape, outputs):
    from torch import nn
    return nn.Sequential(nn.BatchNorm2d(1), nn.Flatten(), nn.Linear(64, outputs))
"""


@pytest.fixture
def checker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checker:
    (tmp_path / "bad_factories.py").write_text(BAD)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    return Checker()


def study(made: StudyDefinition, owner: str = "ada") -> StudyRecord:
    return replace(MemoryStore().create(made), owner=owner)


def with_network(factory: str) -> StudyRecord:
    network = {"factory": f"bad_factories:{factory}"}
    return study(StudyDefinition.model_validate({"data": {"dataset": "digits"}, "network": network}))


def with_data(factory: str, owner: str = "ada", ignore: tuple[str, ...] = (), **options: str) -> StudyRecord:
    data = {"factory": f"bad_factories:{factory}", "options": options, "checks": {"ignore": ignore}}
    return study(StudyDefinition.model_validate({"data": data, "network": {"name": "convnet"}}), owner)


def processes(checker: Checker) -> list[int]:
    return [examiner._process.pid for examiner in checker._idle]


@pytest.fixture(autouse=True)
def nothing_left(checker: Checker) -> object:
    yield
    for examiner in checker._idle:
        examiner._process.kill()
        examiner.end()


def test_one_process_answers_question_after_question(checker: Checker) -> None:
    """Whichever threads ask: each study has its own, which has ended by the time of the next question."""
    with ThreadPoolExecutor(1) as thread:
        loaded = thread.submit(checker.loaded, study(definition()), threading.Event()).result()
    assert (loaded.task.input_shape, loaded.task.outputs, loaded.found) == ((1, 8, 8), 10, ())
    first = processes(checker)
    too_large = definition().model_copy(update={"data": definition().data.model_copy(update={"batch_size": 5000})})
    with pytest.raises(DefinitionError, match=r"data\.batch_size: a mini-batch cannot be larger"):
        checker.loaded(study(too_large), threading.Event())
    assert checker.loaded(with_network("talk"), threading.Event()) == loaded
    assert [(one.code, one.severity) for one in checker.loaded(with_data("leak"), threading.Event()).found] == [
        ("HD302", Severity.ERROR),
        ("HD304", Severity.INFO),
    ]
    assert checker.loaded(with_data("leak", ignore=("HD3",)), threading.Event()).found == ()
    assert checker.loaded(with_data("leak"), threading.Event(), check_data=False).found == ()
    assert processes(checker) == first


def test_what_the_forward_pass_does_wrong_is_found_beside_the_data(checker: Checker) -> None:
    mixing, checked = with_network("mix"), threading.Event()
    assert [one.code for one in checker.loaded(mixing, checked).behaviour] == ["HP403"]
    assert checker.loaded(mixing, checked, check_data=False).behaviour == ()


def test_the_data_are_judged_with_the_network(checker: Checker) -> None:
    bright = {"factory": "bad_factories:bright", "normalize": False}
    made = StudyDefinition.model_validate({"data": bright, "network": {"factory": "bad_factories:dim"}})
    found = checker.loaded(study(made), threading.Event()).found
    assert [one.severity for one in found if one.code == "HD104"] == [Severity.INFO]


def test_a_definition_that_kills_its_process_is_named(checker: Checker) -> None:
    with pytest.raises(CheckError, match="ended with exit code 7"):
        checker.loaded(with_network("crash"), threading.Event())
    with pytest.raises(CheckKilledError, match="killed by signal 9") as killed:
        checker.loaded(with_network("killed"), threading.Event())
    assert "so much memory" in str(killed.value.__notes__)
    assert processes(checker) == []
    assert checker.loaded(study(definition()), threading.Event()).task.outputs == 10


def test_a_process_that_died_while_nobody_asked_is_replaced(checker: Checker) -> None:
    checker.loaded(study(definition()), threading.Event())
    (idle,) = processes(checker)
    os.kill(idle, signal.SIGKILL)
    assert checker.loaded(study(definition()), threading.Event()).task.outputs == 10
    assert idle not in processes(checker)


def test_a_halt_kills_a_check_that_hangs(checker: Checker, tmp_path: Path) -> None:
    halt, ended = threading.Event(), []

    def ask() -> None:
        with pytest.raises(CheckError, match="halted"):
            checker.loaded(with_data("hang", folder=str(tmp_path / "pids")), halt)
        ended.append(True)

    (tmp_path / "pids").mkdir()
    asking = threading.Thread(target=ask)
    asking.start()
    wait_until(lambda: list((tmp_path / "pids").iterdir()))
    (process,) = (tmp_path / "pids").iterdir()
    halt.set()
    asking.join(60)
    assert ended
    assert not Path(f"/proc/{process.name}").exists()


def test_a_process_ends_when_whoever_asks_has_gone_away() -> None:
    examiner = Examiner()
    assert examiner._process.stdin is not None
    examiner._process.stdin.close()
    assert examiner._process.wait(60) == 0
    examiner.end()


def test_what_nobody_foresaw_is_an_answer_with_its_traceback() -> None:
    examiner = Examiner()
    answer = json.loads(examiner.answer(b'{"definition": {"no": "definition"}}', 0.2, lambda: None) or b"")
    assert answer["raised"].startswith("ValidationError")
    assert "Traceback" in answer["traceback"]
    examiner._process.kill()
    examiner.end()


def test_a_check_that_takes_too_long_says_so(tmp_path: Path, checker: Checker) -> None:
    hasty = Checker(longest_s=0.5)
    with pytest.raises(CheckError, match=r"longer than 0\.5 s"):
        hasty.loaded(with_data("hang", folder=str(tmp_path)), threading.Event())


def test_an_owner_whose_checks_hang_leaves_room_for_others(checker: Checker, tmp_path: Path) -> None:
    halt = threading.Event()

    def ask() -> None:
        with pytest.raises(CheckError, match="halted"):
            checker.loaded(with_data("hang", folder=str(tmp_path)), halt)

    hanging = [threading.Thread(target=ask) for _ in range(5)]
    for one in hanging:
        one.start()
    wait_until(lambda: any(file.name.isdigit() for file in tmp_path.iterdir()))
    assert checker.loaded(study(definition(), owner="ben"), threading.Event()).task.outputs == 10
    halt.set()
    for one in hanging:
        one.join(60)
    assert sum(file.name.isdigit() for file in tmp_path.iterdir()) == 1


def test_a_process_that_has_ended_by_itself_is_no_zombie() -> None:
    examiner = Examiner()
    assert examiner._process.stdin is not None
    examiner._process.stdin.close()
    status = Path(f"/proc/{examiner._process.pid}")
    wait_until(lambda: not status.exists())
    examiner.end()
