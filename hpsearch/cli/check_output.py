"""Where the result of a check goes: standard output, and the files that are asked for."""

from dataclasses import dataclass
from pathlib import Path

import click
from pydantic import ValidationError

from hpsearch.errors import DefinitionError, Problem, shown
from hpsearch.report.check_baseline import FAILING, baseline_of, compared
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


def read_baseline(file: Path | None) -> BaselineDocument | None:
    """The baseline in a file. Raises DefinitionError if it cannot be read or is none."""
    if file is None:
        return None
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
    if wanted.junit is not None:
        _write(wanted.junit, junit_xml(check), "--junit")
    if wanted.markdown is not None:
        _write(wanted.markdown, check_markdown(check), "--markdown")
    _print(check, study, wanted)
    if wanted.write_baseline is not None:
        unjudged = [part.name for part in check.parts if part.verdict in FAILING and part.verdict.value == "incomplete"]
        if unjudged:
            rule = f"{', '.join(unjudged)} could not be judged, so that this is no baseline"
            raise DefinitionError(
                [Problem("--write-baseline", str(wanted.write_baseline), rule, "Raise --budget, or use --whole.")]
            )
        _write(wanted.write_baseline, baseline_of(check).model_dump_json(indent=2) + "\n", "--write-baseline")
    return check


def tell_problems(error: DefinitionError, study: Path, wanted: Wanted) -> None:
    """A definition that cannot be checked at all, in the forms that machines read."""
    from hpsearch.gate.places import place_of_path
    from hpsearch.report.github import command
    from hpsearch.report.junit import junit_of_problems
    from hpsearch.report.problems import error_document

    if wanted.junit is not None:
        _write(wanted.junit, junit_of_problems(study.stem, error_document(error)), "--junit")
    if wanted.markdown is not None:
        items = "\n".join(f"- {' '.join(str(problem).split())}" for problem in error.problems)
        _write(wanted.markdown, f"## hpsearch check: the definition cannot be used\n\n{items}\n", "--markdown")
    if wanted.form == "github":
        for problem in error.problems:
            place = place_of_path(study, problem.path)
            click.echo(command("error", str(problem), place.file, place.line, "hpsearch definition"))


def _print(check: CheckDocument, study: Path, wanted: Wanted) -> None:
    from hpsearch.cli.output import print_json, print_text
    from hpsearch.gate.places import shown_path
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
        for line in github_commands(check, shown_path(study)):
            click.echo(line)


def _write(file: Path, text: str, option: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        rule = f"the file cannot be written: {error.strerror}"
        raise DefinitionError([Problem(option, str(file), rule, "Name a file that you may write.")]) from None
