"""``hpsearch check``: data, network and sanity stages within seconds, with neither workers nor a database."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hpsearch.cli.check_aside import standard_output_aside
from hpsearch.cli.guard import Exit, GuardedCommand
from hpsearch.cli.options import allow_http_option, json_option, study_argument
from hpsearch.cli.seconds import seconds

if TYPE_CHECKING:
    from hpsearch.report.check_documents import BaselineDocument, CheckDocument

file_type = click.Path(path_type=Path, dir_okay=False)


@click.command(cls=GuardedCommand)
@study_argument
@click.option("--budget", "budget_s", type=seconds, metavar="TIME", help="Such as 60s: do what fits, and say what not.")
@click.option("--whole", is_flag=True, help="The stages as the definition has them, however long they take.")
@click.option("--format", "form", type=click.Choice(["text", "json", "github", "markdown"]), help="By default text.")
@json_option
@click.option("--junit", type=file_type, metavar="FILE", help="Write a JUnit report as well.")
@click.option("--markdown", type=file_type, metavar="FILE", help="Write a summary in Markdown as well.")
@click.option("--baseline", type=file_type, metavar="FILE", help="Fail only on what got worse since it was written.")
@click.option("--write-baseline", type=file_type, metavar="FILE", help="Write the state as a baseline; then exit 0.")
@click.option("--server", metavar="URL", help="Have this service do it; the key as for `hpsearch submit`.")
@allow_http_option
@click.pass_context
def check(
    ctx: click.Context,
    study: Path,
    budget_s: float | None,
    whole: bool,
    form: str | None,
    as_json: bool,
    junit: Path | None,
    markdown: Path | None,
    baseline: Path | None,
    write_baseline: Path | None,
    server: str | None,
    allow_http: bool,
) -> None:
    """Check the data, the network and the sanity stages of a study, as far as that is quick.

    In this process, and nothing is kept; with --server by a service, which keeps it for a month. Exit code 1 if
    something fails, or could not be judged within the budget; --whole and --budget exclude each other.
    """
    from hpsearch.cli.check_output import Wanted, read_baseline, tell_problems, written
    from hpsearch.errors import DefinitionError
    from hpsearch.report.check_words import fails

    started_s = time.monotonic()
    if as_json and form not in (None, "json"):
        raise click.UsageError(f"--json and --format {form} exclude each other")
    if whole and budget_s is not None:
        raise click.UsageError("--whole and --budget exclude each other")
    if allow_http and server is None:
        raise click.UsageError("--allow-http goes with --server")
    wanted = Wanted("json" if as_json else form or "text", junit, markdown, baseline, write_baseline)
    try:
        known = None if baseline is None else read_baseline(baseline)
        if server is not None:
            from hpsearch.cli.check_remote import checked_there

            found = checked_there(study, server, allow_http, budget_s, whole, known)
        else:
            with standard_output_aside():
                found = _checked(study, started_s, budget_s, whole, known)
        document = written(found, study, wanted, known)
    except DefinitionError as error:
        tell_problems(error, study, wanted)
        raise
    if fails(document) and write_baseline is None:
        ctx.exit(Exit.STAGE_FAILED)


def _checked(
    study: Path, started_s: float, budget_s: float | None, whole: bool, known: "BaselineDocument | None"
) -> "CheckDocument":
    """The check in this process. Raises DefinitionError, also for a baseline of another study."""
    from hpsearch.cli.definition import study_in
    from hpsearch.report.check_baseline import demand_same_study

    definition = study_in(study)
    if known is not None:
        demand_same_study(known, definition.name)
    from hpsearch.cli.check_progress import watcher  # from here on it takes time: PyTorch
    from hpsearch.preflight.check import check_definition

    with watcher() as watched:
        watched.begins("definition")
        dataset = check_definition(definition)
        from hpsearch.gate.check import check as run_check
        from hpsearch.gate.deadline import NO_DEADLINE, Deadline
        from hpsearch.gate.places import placed

        deadline = NO_DEADLINE if budget_s is None else Deadline(started_s + budget_s)
        checked = run_check(definition, dataset, whole=whole, deadline=deadline, watcher=watched)
    from hpsearch.report.check_compose import check_document

    return check_document(placed(checked, definition, study))
