"""A report as GitHub-flavoured Markdown."""

import re
from collections.abc import Sequence

from hpsearch.report.answers import METHOD, importance_ranking, levels_ranking, sizes_ranking, smallest_words
from hpsearch.report.architecture import ARCHITECTURE
from hpsearch.report.documents import FindingDocument, ReportDocument, StageDocument, TaskDocument
from hpsearch.report.findings import (
    evidence_tables,
    is_cause_told,
    listed_findings,
    message_words,
    named_lines,
    origin,
)
from hpsearch.report.ranking import Ranking, best_ranking
from hpsearch.report.words import (
    OUTCOME_WORDS,
    UNFINISHED,
    best_words,
    handed_on_words,
    held_against,
    not_run,
    printable,
    speed_line,
    state_words,
    summary_lines,
    task_words,
)


def markdown_report(report: ReportDocument) -> str:
    """The whole report; ends with a line break."""
    study = report.study
    blocks = [f"# Study {escaped(study.name)}", f"**{escaped(state_words(report))}**"]
    blocks += [escaped(paragraph) for paragraph in report.story]
    blocks.append("## Stages")
    if study.task:
        blocks.append(escaped(task_words(study.task)))
    blocks.append(stages_table(report.stages, study.task, report.story))
    if study.state in UNFINISHED and (missing := not_run(report)):
        blocks.append(escaped(f"Not run: {', '.join(missing)}"))
    blocks += findings_blocks((*report.stages, report.test) if report.test else report.stages, report.story)
    blocks += architecture_blocks(report)
    if report.best:
        blocks += ["## Best", f"Best: {escaped(best_words(report.best))}."]
    if ranking := best_ranking(report):
        blocks += [f"{escaped(ranking.title)}:", ranking_table(ranking)]
    place = f"Stored in {code(report.stored_in)} as study {study.id}. See it: `hpsearch show {study.name}`"
    return "\n\n".join([*blocks, place]) + "\n"


def stages_table(stages: tuple[StageDocument, ...], task: TaskDocument | None, story: Sequence[str] = ()) -> str:
    """One row for each stage; why one failed is not said once more where ``story`` above has it."""
    rows = [
        (
            escaped(stage.name),
            "running" if stage.verdict is None else OUTCOME_WORDS[stage.verdict],
            "<br>".join(
                escaped(line)
                for line in (
                    *(() if is_cause_told(stage, story) else summary_lines(stage)),
                    held_against(stage, task),
                    speed_line(stage),
                )
                if line
            ),
            escaped(handed_on_words(stage)),
        )
        for stage in stages
    ]
    return _table(("stage", "verdict", "measured and expected", "handed on"), rows)


def findings_blocks(stages: tuple[StageDocument, ...], story: Sequence[str] = ()) -> list[str]:
    """A heading and one list item for each finding, without what ``story`` has told; nothing if there is none."""
    items = [_finding(stage, finding, story) for stage, finding in listed_findings(stages, story)]
    return ["## Findings", "\n".join(items)] if items else []


def architecture_blocks(report: ReportDocument) -> list[str]:
    """What mattered, each level of the network's hyperparameters, and what sizes bring; nothing if nothing is known."""
    blocks = []
    if importances := importance_ranking(report):
        blocks += [f"## {importances.title}", ranking_table(importances), escaped(METHOD)]
    for one in report.importances:
        if one.parameter.startswith(ARCHITECTURE):
            table = levels_ranking(report, one)
            blocks += [f"{code(table.title)}:", ranking_table(table)]
    if sizes := sizes_ranking(report):
        blocks += ["## Sizes", f"{escaped(sizes.title)}:", ranking_table(sizes)]
    if words := smallest_words(report):
        blocks.append(escaped(words))
    return blocks


def ranking_table(ranking: Ranking) -> str:
    """A table of trials."""
    return _table(tuple(map(escaped, ranking.columns)), [tuple(map(escaped, row)) for row in ranking.rows])


def escaped(text: str) -> str:
    """Text that Markdown shows as it stands, in a table as well."""
    return re.sub(r"([\\`*_\[\]<>|#~])", r"\\\1", printable(text))


def code(text: str) -> str:
    """Text in the font of code, whatever back-ticks it has."""
    return f"`{printable(text).replace('`', chr(0x2019))}`"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _finding(stage: StageDocument, finding: FindingDocument, story: Sequence[str]) -> str:
    message = escaped(message_words(finding, stage, story))
    lines = [f"- **{finding.severity}** {escaped(origin(stage, finding))}: {message} ({code(finding.code)})"]
    lines += [f"  - {name}: {escaped(content)}" for name, content in named_lines(finding, stage, story)]
    for table in evidence_tables(stage, finding):
        rows = ranking_table(table).replace("\n", "\n    ")
        lines.append(f"  - {escaped(table.title)}:\n\n    {rows}\n")
    return "\n".join(lines)
