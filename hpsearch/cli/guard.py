"""How a command ends: its exit code, and one clear message for everything that goes wrong."""

import contextlib
import signal
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from hpsearch.errors import ConflictError, DefinitionError, HpsearchError, NotFoundError


class Exit(IntEnum):
    """Exit codes; scripts rely on them."""

    PASSED = 0
    STAGE_FAILED = 1
    WRONG_INPUT = 2
    """The definition, the data, a setting, a name, the usage, or a wish that the study's state does not allow."""
    BUG = 70
    """An exception that nobody foresaw (EX_SOFTWARE of sysexits.h)."""
    TRY_AGAIN = 75
    """The database, the service, the workers or another process are in the way (EX_TEMPFAIL of sysexits.h)."""
    INTERRUPTED = 130
    """By Ctrl-C or a signal that asks to end (128 + SIGINT)."""


class GuardedCommand(click.Command):
    """A command whose errors become a message on standard error, a document under ``--json``, and an exit code."""

    interrupted = "Interrupted."
    """What is said when the user ends the command."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; never lets an error of ours, an interruption or a bug out as a traceback."""
        try:
            with _termination_interrupts():
                return super().invoke(ctx)
        except HpsearchError as error:
            _reject(ctx, error)
        except KeyboardInterrupt:
            click.echo(self.interrupted, err=True)
            ctx.exit(Exit.INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001  (the last guard; click does not exit)
            click.echo(f"Unexpected error: {_one_line(error)}. {_kept(error)}", err=True)
            ctx.exit(Exit.BUG)


class GoesOnCommand(GuardedCommand):
    """A guarded command that goes on where it stopped when it is given again."""

    interrupted = "Interrupted. Nothing is lost: the same command goes on where it stopped."


def _reject(ctx: click.Context, error: HpsearchError) -> NoReturn:
    click.echo(f"hpsearch: {error}", err=True)
    if ctx.params.get("as_json") or ctx.params.get("form") == "json":
        from hpsearch.report.problems import error_document

        click.echo(error_document(error).model_dump_json(indent=2))
    ctx.exit(Exit.WRONG_INPUT if _is_wrong_input(error) else Exit.TRY_AGAIN)


def _is_wrong_input(error: HpsearchError) -> bool:
    if isinstance(error, DefinitionError | NotFoundError | ConflictError):
        return True
    from hpsearch.client.errors import AnswerError, RefusedError

    return isinstance(error, RefusedError | AnswerError)


@contextlib.contextmanager
def _termination_interrupts() -> Iterator[None]:
    """While it lasts, SIGTERM interrupts like Ctrl-C, so that a study is left in order."""

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not the main thread: signals are somebody else's
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _one_line(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]


def _kept(error: BaseException) -> str:
    """Writes the traceback to a file under the home folder; says where, or shows it if that cannot be done."""
    from hpsearch.settings import settings_from_environment

    text = "".join(traceback.format_exception(error))
    try:
        folder = settings_from_environment().home / "errors"
        folder.mkdir(parents=True, exist_ok=True)
        path: Path = folder / f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%S.%fZ}.txt"
        path.write_text(f"{' '.join(sys.argv)}\n\n{text}", encoding="utf-8", errors="backslashreplace")
    except (OSError, ValueError, HpsearchError):
        return f"This is a bug in hpsearch:\n{text}"
    return f"This is a bug in hpsearch; what is known of it is in {path}"
