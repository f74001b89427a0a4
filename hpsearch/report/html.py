"""A report as one web page that needs nothing else: style and curves are inside, and it runs no script."""

from collections.abc import Iterable, Sequence
from html import escape

from hpsearch.diagnosis.recorded import diagnose_recorded
from hpsearch.report.answers import METHOD, importance_ranking, levels_ranking, sizes_ranking, smallest_words
from hpsearch.report.architecture import ARCHITECTURE
from hpsearch.report.charts import curve_charts, drawn_trials, sweep_chart, value_charts
from hpsearch.report.documents import FindingDocument, ReportDocument, StageDocument, TaskDocument
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
from hpsearch.report.size_charts import size_charts
from hpsearch.report.stages import finding_document
from hpsearch.report.svg import Chart, svg
from hpsearch.report.words import (
    OUTCOME_WORDS,
    UNFINISHED,
    handed_on_words,
    held_against,
    not_run,
    printable,
    speed_line,
    state_words,
    summary_lines,
    task_words,
)
from hpsearch.results import StudyResults
from hpsearch.stage import SEARCHES

MOST_TRIALS = 1000
"""Rows of the table of all trials of a search; a page with more is slow."""

STYLE = """
:root{--ink:#1c2127;--dim:#5f6b7a;--line:#dfe3e8;--paper:#fff;--c1:#2563a8;--c2:#c2571a;--c3:#2f8f4e;--bad:#b3261e;
--good:#2f7d46;--odd:#946200}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ed;--dim:#9aa5b1;--line:#363d46;--paper:#16191d;--c1:#6ea8e8;
--c2:#e8945c;--c3:#6cc48a;--bad:#f2867f;--good:#7cc795;--odd:#d8ac4d}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:70rem;margin:2rem auto;
padding:0 1rem}
h1{margin-bottom:0}h2{margin-top:2rem;border-bottom:1px solid var(--line)}h3{margin:1rem 0 .3rem}
table{border-collapse:collapse;font-size:14px}th,td{padding:.25rem .7rem .25rem 0;text-align:left;vertical-align:top}
th{color:var(--dim);font-weight:500}td.number{text-align:right;font-variant-numeric:tabular-nums}
tr+tr td{border-top:1px solid var(--line)}.wide{overflow-x:auto}.dim{color:var(--dim)}
.pass{color:var(--good)}.fail,.error{color:var(--bad)}.overridden,.warning{color:var(--odd)}.skipped{color:var(--dim)}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(26rem,1fr));gap:1rem}figure{margin:0}
figcaption{font-size:14px;color:var(--dim)}svg{width:100%;height:auto}svg text{font:11px system-ui,sans-serif;
fill:var(--dim)}svg .axis{font-size:12px}.grid{stroke:var(--line)}.level{stroke:var(--dim);stroke-dasharray:4 3}
.line{fill:none;stroke-width:1.8}.faint{opacity:.3;stroke-width:1}.dot{fill-opacity:.75}
.c1{stroke:var(--c1)}.c2{stroke:var(--c2)}.c3{stroke:var(--c3)}.dot.c1{fill:var(--c1)}.dot.c2{fill:var(--c2)}
.dot.c3{fill:var(--c3)}.key{display:inline-block;width:.8em;height:.8em;border-radius:50%;margin:0 .3em 0 .8em}
.key.c1{background:var(--c1)}.key.c2{background:var(--c2)}.key.c3{background:var(--c3)}
"""


def html_report(report: ReportDocument, results: StudyResults) -> str:
    """The whole report with its curves; ``report`` is the document of ``results``."""
    study = report.study
    title = f"Study {study.name}"
    stages = (*report.stages, report.test) if report.test else report.stages
    blocks = [f"<h1>{_text(title)}</h1>", f"<p><strong>{_text(state_words(report))}</strong></p>"]
    blocks += [f"<p>{_text(paragraph)}</p>" for paragraph in report.story]
    blocks.append("<h2>Stages</h2>")
    if study.task:
        blocks.append(f'<p class="dim">{_text(task_words(study.task))}</p>')
    blocks.append(_stages(stages, study.task, report.story))
    if study.state in UNFINISHED and (missing := not_run(report)):
        blocks.append(f"<p>Not run: {_text(', '.join(missing))}</p>")
    if found := listed_findings(stages, report.story):
        blocks += ["<h2>Findings</h2>", *(_finding(stage, finding, report.story) for stage, finding in found)]
    sweep = sweep_chart(results)
    blocks += _charts("Curves of the best trials", curve_charts(results))
    blocks += _said_by_curves(results)
    blocks += _charts("Learning rates", [sweep] if sweep else [])
    blocks += _architecture(report)
    blocks += _charts(
        "Accuracy against size" if study.metric == "val_accuracy" else "Loss against size", size_charts(results)
    )
    blocks += _charts("What was searched", value_charts(results))
    blocks += _trials(report)
    blocks.append(f'<p class="dim">Stored in {_text(report.stored_in)} as study {study.id}.</p>')
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{_text(title)}</title>'
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head>{head}<style>{STYLE}</style></head>\n'
        f"<body>\n{chr(10).join(blocks)}\n</body></html>\n"
    )


def _text(text: str) -> str:
    """Text that stands in a page as it is."""
    return escape(printable(text))


def _stages(stages: tuple[StageDocument, ...], task: TaskDocument | None, story: Sequence[str]) -> str:
    rows = [_stage(stage, task, story) for stage in stages]
    head = "<tr><th>stage</th><th>verdict</th><th>measured and expected</th><th>handed on</th></tr>"
    return f'<div class="wide"><table>{head}{"".join(rows)}</table></div>'


def _stage(stage: StageDocument, task: TaskDocument | None, story: Sequence[str]) -> str:
    summary = () if is_cause_told(stage, story) else summary_lines(stage)
    lines = [_text(untold(line, stage, story)) for line in summary if line]
    if against := held_against(stage, task):
        lines.append(f'<span class="dim">{_text(against)}</span>')
    if speed := speed_line(stage):
        lines.append(f'<span class="dim">{_text(speed)}</span>')
    verdict = "running" if stage.verdict is None else OUTCOME_WORDS[stage.verdict]
    told, handed_on = "<br>".join(lines), _text(handed_on_words(stage))
    return (
        f'<tr><td>{_text(stage.name)}</td><td class="{stage.verdict or ""}">{_text(verdict)}</td>'
        f"<td>{told}</td><td>{handed_on}</td></tr>"
    )


def _finding(stage: StageDocument, finding: FindingDocument, story: Sequence[str]) -> str:
    lines = [f"{name.capitalize()}: {_text(content)}" for name, content in named_lines(finding, stage, story)]
    tables = "".join(_table(table) for table in evidence_tables(stage, finding))
    head = _finding_head(origin(stage, finding), finding, message_words(finding, stage, story))
    return f"<h3>{head}</h3><p>{'<br>'.join(lines)}</p>{tables}"


def _finding_head(where: str, finding: FindingDocument, message: str) -> str:
    severity = f'<span class="{finding.severity}">{finding.severity}</span>'
    return f'{severity} {_text(where)}: {_text(message)} <span class="dim">{_text(finding.code)}</span>'


def _said_by_curves(results: StudyResults) -> list[str]:
    """What is found in the curves that are drawn; curves that were thinned for the page say nothing."""
    lines = [
        f"<li>{_finding_head(f'trial {one.number} of {one.stage}', finding_document(finding), finding.message)}</li>"
        for one in drawn_trials(results)
        for finding in diagnose_recorded(one, results.study)
    ]
    return [f"<p>What these curves say:</p><ul>{''.join(lines)}</ul>"] if lines else []


def _charts(title: str, charts: Sequence[Chart]) -> list[str]:
    drawn = [(chart, picture) for chart in charts if (picture := svg(chart))]
    if not drawn:
        return []
    figures = "".join(
        f"<figure><figcaption>{_text(chart.title)}{_legend(chart)}</figcaption>{picture}</figure>"
        for chart, picture in drawn
    )
    return [f"<h2>{_text(title)}</h2>", f'<div class="charts">{figures}</div>']


def _legend(chart: Chart) -> str:
    names = {series.name: series.colour for series in chart.series if series.points and not series.faint}
    return "".join(f'<span class="key c{colour}"></span>{_text(name)}' for name, colour in names.items())


def _architecture(report: ReportDocument) -> Iterable[str]:
    if importances := importance_ranking(report):
        yield f'<h2>{_text(importances.title)}</h2>{_table(importances)}<p class="dim">{_text(METHOD)}</p>'
    for one in report.importances:
        if one.parameter.startswith(ARCHITECTURE):
            table = levels_ranking(report, one)
            yield f"<h3>{_text(table.title)}</h3>{_table(table)}"
    if sizes := sizes_ranking(report):
        yield f"<h2>Sizes</h2><p>{_text(sizes.title)}.</p>{_table(sizes)}"
    if words := smallest_words(report):
        yield f"<p>{_text(words)}</p>"


def _trials(report: ReportDocument) -> Iterable[str]:
    if ranking := best_ranking(report):
        yield f"<h2>{_text(ranking.title)}</h2>{_table(ranking)}"
    for stage in report.stages:
        if stage.name in SEARCHES and stage.trials:
            shown = stage.model_copy(update={"trials": stage.trials[:MOST_TRIALS]})
            left_out = len(stage.trials) - len(shown.trials)
            more = f'<p class="dim">and {left_out} more</p>' if left_out else ""
            table = all_trials(shown)
            yield f"<details><summary>{_text(table.title)}</summary>{_table(table)}{more}</details>"


def _table(ranking: Ranking) -> str:
    head = "".join(f"<th>{_text(column)}</th>" for column in ranking.columns)
    rows = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in ranking.rows)
    return f'<div class="wide"><table><tr>{head}</tr>{rows}</table></div>'
