"""Which study a definition goes on with."""

from pathlib import Path

import pytest

from hpsearch.cli.begun import Begun
from hpsearch.cli.choosing import chosen_study, ended_before
from hpsearch.stage import StageName
from hpsearch.store.memory import MemoryStore
from hpsearch.store.postgres import PostgresStore
from hpsearch.study import Resources, StudyDefinition, StudyState
from hpsearch.verdict import Outcome, Verdict
from tests.cli.cli_cases import DEFINITION, ended_study
from tests.cli.conftest import Cli

OTHER = DEFINITION.model_copy(update={"seed": 5})
ON_EIGHT = DEFINITION.model_copy(update={"resources": Resources(workers=8)})


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def examinations(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """What is to be examined from now on, and with its data or without; nothing is."""
    begun: list[tuple[str, bool]] = []

    def examine(_self: Begun, definition: StudyDefinition, _folder: Path, *, check_data: bool = True) -> None:
        begun.append((definition.name, check_data))

    monkeypatch.setattr(Begun, "examine", examine)
    return begun


def test_a_definition_that_was_never_run_becomes_a_study(
    store: MemoryStore, capsys: pytest.CaptureFixture[str]
) -> None:
    assert chosen_study(store, DEFINITION, again=False).name == "digits"
    assert capsys.readouterr().err == "New study digits.\n"


@pytest.mark.parametrize("again", [False, True])
def test_an_unfinished_study_goes_on_even_with_again(
    store: MemoryStore, capsys: pytest.CaptureFixture[str], again: bool
) -> None:
    study = store.create(DEFINITION)
    lease = store.claim(study.id, "test", 60)
    assert lease is not None
    store.release(lease, StudyState.INTERRUPTED, "interrupted")
    assert chosen_study(store, ON_EIGHT, again).id == study.id
    assert capsys.readouterr().err == "Going on with study digits, which is interrupted.\n"


def test_again_trains_a_copy_of_an_ended_study_and_goes_on_with_that_copy(
    store: MemoryStore, capsys: pytest.CaptureFixture[str]
) -> None:
    study = ended_study(store)
    assert chosen_study(store, DEFINITION, again=False).id == study.id
    capsys.readouterr()
    copy = chosen_study(store, DEFINITION, again=True)
    assert copy.name == "digits-2"
    assert capsys.readouterr().err == "New study digits-2, a copy of digits.\n"
    assert chosen_study(store, DEFINITION, again=True).id == copy.id
    assert chosen_study(store, DEFINITION, again=False).id == copy.id


def test_only_an_ended_study_is_reported_at_once(store: MemoryStore) -> None:
    assert ended_before(store, DEFINITION, again=False) is None
    study = ended_study(store)
    found = ended_before(store, ON_EIGHT, again=False)
    assert found is not None
    assert found.study.id == study.id
    assert ended_before(store, DEFINITION, again=True) is None
    assert ended_before(store, OTHER, again=False) is None
    store.create(DEFINITION)
    assert ended_before(store, DEFINITION, again=False) is None


def test_another_definition_of_that_name_gets_a_number(store: MemoryStore, capsys: pytest.CaptureFixture[str]) -> None:
    ended_study(store)
    assert chosen_study(store, OTHER, again=False).name == "digits-2"
    assert capsys.readouterr().err == "New study digits-2: another study is called digits.\n"


def test_the_report_of_an_ended_study_needs_no_data(
    cli: Cli, stored: PostgresStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whether it is the same study is known from the definition and what is in the files behind it."""
    ended_study(stored)
    examined = examinations(monkeypatch)
    study = tmp_path / "digits.yaml"
    study.write_text("{name: digits, data: {dataset: digits}, network: convnet}")
    done = cli("run", study)
    assert (done.exit_code, examined) == (0, [])
    assert done.stderr == "Study digits has ended before; this is its report. --again trains a copy.\n"
    study.write_text("{name: digits, seed: 1, data: {dataset: digits}, network: convnet}")
    cli("run", study)
    assert examined == [("digits", True)]


def test_data_are_not_checked_again_once_a_study_has_told_what_they_are(
    cli: Cli, stored: PostgresStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    examined = examinations(monkeypatch)
    study = tmp_path / "digits.yaml"
    study.write_text("{name: digits, seed: 5, data: {dataset: digits}, network: convnet}")
    lease = stored.claim(stored.create(OTHER).id, "test", 60)
    assert lease is not None
    stored.start_round(lease, StageName.INITIAL_LOSS, 0, (), {})
    stored.save_verdict(lease, Verdict(StageName.INITIAL_LOSS, Outcome.PASS, "2.3"))
    stored.release(lease, StudyState.INTERRUPTED, "interrupted")
    cli("run", study)
    assert examined == [("digits", False)]
