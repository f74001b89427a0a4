"""Where the result of a check goes: standard output, and the files that are asked for."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

import click
from pydantic import ValidationError

from hpsearch.errors import DefinitionError, Problem, shown
from hpsearch.report.check_baseline import baseline_of, compared, demand_judged
from hpsearch.report.check_documents import BaselineDocument, CheckDocument


@dataclass(frozen=True)
class Wanted:
    """The forms that a user asks for."""

    form: str
    """``text``, ``json``, ``github`` or ``markdown``, on standard output."""
    junit: Path | None
    markdown: Path | None
    baseline: Path | None
    write_baseline: Path | None


def read_baseline(file: Path) -> BaselineDocument:
    """The baseline in a file. Raises DefinitionError if it cannot be read or is none."""
    try:
        return BaselineDocument.model_validate_json(file.read_bytes())
    except OSError as error:
        rule = f"the baseline cannot be read: {error.strerror}"
        step = f"Write it first: hpsearch check STUDY.yaml --write-baseline {file}"
        raise DefinitionError([Problem("--baseline", str(file), rule, step)]) from None
    except ValidationError as error:
        rule = f"the file is no baseline: {shown(str(error.errors()[0]['msg']))}"
        step = f"Write a new one: hpsearch check STUDY.yaml --write-baseline {file}"
        raise DefinitionError([Problem("--baseline", str(file), rule, step)]) from None


def written(check: CheckDocument, study: Path, wanted: Wanted, known: BaselineDocument | None) -> CheckDocument:
    """Writes a check in every form that is wanted, and gives it back with what a baseline makes of it.

    Raises DefinitionError if a file cannot be written, or if a check that is incomplete should become a baseline.
    """
    from hpsearch.report.check_markdown import check_markdown
    from hpsearch.report.junit import junit_xml

    if known is not None:
        check = check.model_copy(update={"comparison": compared(check, known)})
    if wanted.form != "json":  # before a file can fail: a check takes up to a minute
        _print(check, study, wanted)
    if wanted.junit is not None:
        _write(wanted.junit, junit_xml(check), "--junit")
    if wanted.markdown is not None:
        _write(wanted.markdown, check_markdown(check), "--markdown")
    if wanted.write_baseline is not None:
        _write_baseline(check, wanted.write_baseline)
    if wanted.form == "json":  # one document, whatever becomes of the files
        _print(check, study, wanted)
    return check


def tell_problems(error: DefinitionError, study: Path, wanted: Wanted) -> None:
    """What cannot be checked at all, or an option that cannot be used, in the forms that machines read.

    A file of these that cannot be written is left out: standard error has the error in any case.
    """
    from hpsearch.gate.lines import place_of_path
    from hpsearch.report.check_markdown import problems_markdown
    from hpsearch.report.github import command
    from hpsearch.report.junit import junit_of_problems
    from hpsearch.report.problems import error_document

    document = error_document(error)
    options = any(problem.path.startswith("--") for problem in error.problems)
    if wanted.junit is not None:
        with contextlib.suppress(DefinitionError):
            _write(wanted.junit, junit_of_problems(study.stem, document), "--junit")
    if wanted.markdown is not None:
        text = problems_markdown(document.problems, "an option" if options else "the definition")
        with contextlib.suppress(DefinitionError):
            _write(wanted.markdown, text, "--markdown")
    if wanted.form == "github":
        title = f"hpsearch {'option' if options else 'definition'}"
        for problem in error.problems:
            place = place_of_path(study, problem.path)
            click.echo(command("error", str(problem), _absolute(place.file), place.line, title))


def _print(check: CheckDocument, study: Path, wanted: Wanted) -> None:
    from hpsearch.cli.output import print_json, print_text
    from hpsearch.report.check_markdown import check_markdown
    from hpsearch.report.check_text import check_renderable
    from hpsearch.report.github import github_commands

    if wanted.form == "json":
        print_json(check)
        return
    if wanted.form == "markdown":
        click.echo(check_markdown(check), nl=False)
        return
    print_text(check_renderable(check))
    if wanted.form == "github":
        found = tuple(
            finding.model_copy(update={"file": finding.file and _absolute(finding.file)}) for finding in check.findings
        )
        for line in github_commands(check.model_copy(update={"findings": found}), _absolute(str(study))):
            click.echo(line)


def _absolute(file: str) -> str:
    """For annotations: relative paths are taken from the repository's root there, wherever the check was run."""
    return str(Path(file).absolute())


def _write_baseline(check: CheckDocument, file: Path) -> None:
    demand_judged(check, "--write-baseline", str(file), "Raise --budget, or use --whole.")
    _write(file, baseline_of(check).model_dump_json(indent=2) + "\n", "--write-baseline")


def _write(file: Path, text: str, option: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        rule = f"the file cannot be written: {error.strerror}"
        raise DefinitionError([Problem(option, str(file), rule, "Name a file that you may write.")]) from None
