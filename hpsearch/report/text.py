"""A report for a terminal or a text file."""

from collections.abc import Sequence
from datetime import UTC
from io import StringIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hpsearch.finding import Severity
from hpsearch.report.answers import importance_ranking, sizes_ranking, smallest_words
from hpsearch.report.documents import (
    FindingDocument,
    ListDocument,
    ReportDocument,
    StageDocument,
    StudyLine,
    TaskDocument,
)
from hpsearch.report.findings import (
    evidence_tables,
    is_cause_told,
    listed_findings,
    message_words,
    named_lines,
    origin,
    untold,
)
from hpsearch.report.ranking import Ranking, all_trials, best_ranking
from hpsearch.report.words import (
    OUTCOME_WORDS,
    UNFINISHED,
    handed_on_words,
    held_against,
    not_run,
    printable,
    reason_words,
    speed_line,
    state_words,
    study_state_words,
    summary_lines,
    task_words,
)
from hpsearch.verdict import Outcome

OUTCOME_STYLES = {
    Outcome.PASS: "green",
    Outcome.FAIL: "bold red",
    Outcome.OVERRIDDEN: "yellow",
    Outcome.SKIPPED: "dim",
}
WORDS = ("reason", "hyperparameter", "answer")
"""Columns of a table that hold no numbers."""
SEVERITY_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def report_renderable(report: ReportDocument) -> RenderableType:
    """The whole report; one screen for a study without findings."""
    study = report.study
    parts: list[RenderableType] = [Text.assemble((f"Study {study.name}", "bold"), f" {state_words(report)}")]
    parts += [part for paragraph in report.story for part in ("", Text(printable(paragraph)))]
    parts += [""]
    if study.task:
        parts.append(Text(task_words(study.task), style="dim"))
    parts.append(stages_renderable(report.stages, study.task, report.story))
    if study.state in UNFINISHED and (missing := not_run(report)):
        parts.append(Text(f"Not run: {', '.join(missing)}"))
    parts += findings_renderable((*report.stages, report.test) if report.test else report.stages, report.story)
    parts += architecture_renderable(report)
    if ranking := best_ranking(report):
        parts += ["", ranking_renderable(ranking)]
    parts += ["", Text(f"Stored in {report.stored_in} as study {study.id}. See it: hpsearch show {study.name}")]
    return Group(*parts)


def stage_renderable(report: ReportDocument, stage: StageDocument) -> RenderableType:
    """One stage: its verdict, what was found, and every trial."""
    head = Text.assemble((f"Study {report.study.name}", "bold"), f" {state_words(report)}")
    row, found = stages_renderable((stage,), report.study.task), findings_renderable((stage,))
    return Group(head, "", row, *found, "", ranking_renderable(all_trials(stage)))


def stages_renderable(
    stages: tuple[StageDocument, ...], task: TaskDocument | None, story: Sequence[str] = ()
) -> RenderableType:
    """One row for each stage: its verdict, what was measured against what was expected, what it handed on.

    ``story``: what stands above, and is not told of a stage that failed once more.
    """
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    for stage in stages:
        table.add_row(Text(stage.name, style="bold"), _verdict(stage), _told(stage, task, story))
    return table


def findings_renderable(stages: tuple[StageDocument, ...], story: Sequence[str] = ()) -> list[RenderableType]:
    """Every finding with its evidence and advice, without what ``story`` above has told; nothing if there is none."""
    found = listed_findings(stages, story)
    parts: list[RenderableType] = ["", Text("Findings", style="bold")] if found else []
    for stage, finding in found:
        parts.append(finding_renderable(stage, finding, story))
    return parts


def architecture_renderable(report: ReportDocument) -> list[RenderableType]:
    """What mattered, and what sizes bring; nothing of either that is not known."""
    parts: list[RenderableType] = []
    for table in (importance_ranking(report, short=True), sizes_ranking(report)):
        parts += ["", ranking_renderable(table)] if table else []
    if words := smallest_words(report):
        parts.append(Text(words))
    return parts


def studies_renderable(listed: ListDocument) -> RenderableType:
    """One row for each study."""
    if not listed.studies:
        return Text(f"No studies in {listed.stored_in} yet. Start one with: hpsearch run STUDY.yaml")
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for column in ("study", "id", "state", "begun (UTC)"):
        table.add_column(column, no_wrap=True)
    table.add_column("", overflow="fold")
    for study in listed.studies:
        begun = f"{study.created_at.astimezone(UTC):%Y-%m-%d %H:%M}"
        table.add_row(Text(study.name), str(study.id), study.state, begun, Text(_remark(study)))
    return Group(table, "", Text(f"Stored in {listed.stored_in}. See one: hpsearch show NAME"))


def ranking_renderable(ranking: Ranking) -> RenderableType:
    """A table with a title above it."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for column in ranking.columns:
        table.add_column(Text(column), overflow="fold", justify="left" if column in WORDS else "right")
    for row in ranking.rows:
        table.add_row(*(Text(cell) for cell in row))
    return Group(Text(ranking.title, style="bold"), table)


def plain_text(renderable: RenderableType, width: int = 100) -> str:
    """The same without colours, at most ``width`` columns wide, without trailing spaces."""
    console = Console(file=StringIO(), width=width, color_system=None, force_terminal=False, legacy_windows=False)
    with console.capture() as capture:
        console.print(renderable)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def _remark(study: StudyLine) -> str:
    return study_state_words(study).partition(", ")[2] if study.abandoned else reason_words(study)


def _verdict(stage: StageDocument) -> Text:
    if stage.verdict is None:
        return Text(f"running {stage.done}/{stage.planned}", style="cyan")
    return Text(OUTCOME_WORDS[stage.verdict], style=OUTCOME_STYLES[stage.verdict])


def _told(stage: StageDocument, task: TaskDocument | None, story: Sequence[str]) -> RenderableType:
    summary = () if is_cause_told(stage, story) else summary_lines(stage)
    lines: list[RenderableType] = [Text(untold(line, stage, story)) for line in summary]
    if against := held_against(stage, task):
        lines.append(Text(against, style="dim"))
    if speed := speed_line(stage):
        lines.append(Text(speed, style="dim"))
    if handed_on := handed_on_words(stage):
        lines.append(Text(f"→ {handed_on}"))
    return Group(*lines)


def finding_renderable(
    stage: StageDocument | None, finding: FindingDocument, story: Sequence[str] = ()
) -> RenderableType:
    """One finding of a stage, or of a single trial; ``story`` stands above it."""
    message = message_words(finding, stage, story)
    head = Text.assemble(
        (finding.severity, SEVERITY_STYLES[finding.severity]),
        f" {'' if stage is None else f'{origin(stage, finding)}: '}{message} ",
        (f"[{finding.code}]", "dim"),
    )
    lines: list[RenderableType] = [
        Text(f"{name}: {printable(content)}")
        for name, content in named_lines(finding, stage, story)
        if name != "source" or finding.severity is not Severity.INFO  # a mere remark is short here
    ]
    lines += [] if stage is None else [ranking_renderable(table) for table in evidence_tables(stage, finding)]
    return Group(head, *(Padding(line, (0, 0, 0, 2)) for line in lines))
