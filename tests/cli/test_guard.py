"""How commands end: exit codes and messages."""

import json
import os
import signal
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from hpsearch.cli.guard import GoesOnCommand, GuardedCommand
from hpsearch.cli.options import json_option
from hpsearch.client import AnswerError, BrokenServerError, ForbiddenError, UnauthorizedError, UnreachableError
from hpsearch.errors import (
    ConflictError,
    DatabaseUnavailableError,
    DefinitionError,
    HpsearchError,
    LeaseLostError,
    LimitError,
    NotFoundError,
    Problem,
    WorkerError,
)

WRONG = DefinitionError([Problem("recipe.coarse.trials", "0", "this must be at least 1", "Raise it.")])


def command_that_raises(error: BaseException) -> click.Command:
    @click.command(cls=GuardedCommand)
    @json_option
    def command(as_json: bool) -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (WRONG, 2),
        (NotFoundError("no study is called 'x'"), 2),
        (ConflictError("it has ended"), 2),
        (LimitError("too many", 60.0), 75),
        (UnauthorizedError("another key", status=401), 2),
        (ForbiddenError("not this key", status=403), 2),
        (AnswerError("not a service", status=200), 2),
        (UnreachableError("nobody there"), 75),
        (BrokenServerError("it failed", status=500), 75),
        (WorkerError("no workers"), 75),
        (LeaseLostError("another has it"), 75),
        (DatabaseUnavailableError("no database"), 75),
        (HpsearchError("else"), 75),
    ],
)
def test_errors_are_one_message_and_an_exit_code(error: HpsearchError, code: int) -> None:
    done = CliRunner().invoke(command_that_raises(error))
    assert (done.exit_code, done.stdout) == (code, "")
    assert done.stderr == f"hpsearch: {error}\n"


def test_json_errors_are_one_document(tmp_path: Path) -> None:
    done = CliRunner().invoke(command_that_raises(WRONG), ["--json"])
    document = json.loads(done.stdout)
    assert document["error"] == str(WRONG)
    assert document["problems"] == [
        {
            "path": "recipe.coarse.trials",
            "value": "0",
            "message": "this must be at least 1",
            "next_step": "Raise it.",
        }
    ]


def test_a_bug_is_one_line_and_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HPSEARCH_HOME", str(tmp_path / "h"))
    done = CliRunner().invoke(command_that_raises(ZeroDivisionError("a\nb")))
    assert (done.exit_code, done.stdout) == (70, "")
    (file,) = (tmp_path / "h" / "errors").iterdir()
    assert done.stderr == (
        f"Unexpected error: ZeroDivisionError: a b. This is a bug in hpsearch; what is known of it is in {file}\n"
    )
    assert "Traceback" in file.read_text()
    assert "in command\n    raise error\n" in file.read_text()


def test_text_that_cannot_be_encoded_is_told_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (
        DefinitionError([Problem("data.factory", "m:load", "it raised ValueError: \udc80", "Mend it.")]),
        NotFoundError("no study is called \udc80"),
    ):
        done = CliRunner().invoke(command_that_raises(error), ["--json"])
        assert "\\udc80" in json.loads(done.stdout)["error"]
    monkeypatch.setenv("HPSEARCH_HOME", str(tmp_path / "h"))
    assert CliRunner().invoke(command_that_raises(RuntimeError("\udc80"))).exit_code == 70
    (file,) = (tmp_path / "h" / "errors").iterdir()
    assert "RuntimeError: \\udc80" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("code", [None, 0, 3, "enough"])
def test_a_stray_exit_does_not_decide_the_exit_code(
    code: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HPSEARCH_HOME", str(tmp_path / "h"))
    done = CliRunner().invoke(command_that_raises(SystemExit(code)))
    assert done.exit_code == 70
    assert done.stderr.startswith("Unexpected error: SystemExit: ")


def test_a_bug_without_a_home_shows_its_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HPSEARCH_HOME", str(tmp_path / "file"))
    done = CliRunner().invoke(command_that_raises(ZeroDivisionError("x")))
    assert done.exit_code == 70
    assert "Traceback" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_interrupt_and_say_that_nothing_is_lost(number: signal.Signals) -> None:
    @click.command(cls=GoesOnCommand)
    def command() -> None:
        os.kill(os.getpid(), number)
        time.sleep(60)

    before = signal.getsignal(signal.SIGTERM)
    done = CliRunner().invoke(command)
    assert (done.exit_code, done.stdout) == (130, "")
    assert done.stderr == "Interrupted. Nothing is lost: the same command goes on where it stopped.\n"
    assert signal.getsignal(signal.SIGTERM) is before


def test_exits_and_usage_errors_pass_through() -> None:
    assert CliRunner().invoke(command_that_raises(click.exceptions.Exit(1))).exit_code == 1
    assert CliRunner().invoke(command_that_raises(WRONG), ["--nonsense"]).exit_code == 2
    assert CliRunner().invoke(command_that_raises(click.BadParameter("x"))).exit_code == 2
