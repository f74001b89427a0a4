"""The report as a web page: it needs nothing else, draws what was measured, and nothing in a study can steer it."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from hpsearch.report.charts import curve_charts, moving_average, sweep_chart, value_charts
from hpsearch.report.compose import report_document
from hpsearch.report.html import html_report
from hpsearch.report.svg import Axis, Chart, Series, svg
from hpsearch.results import StudyResults, TrialRecord
from hpsearch.stage import StageName
from hpsearch.trial import TrialResult, TrialState

EVIL = "<script>alert(1)</script>\"'&<img src=x onerror=y>]]>-->"


class Page(HTMLParser):
    """The elements of a page, their attributes and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def page_of(results: StudyResults) -> Page:
    return Page(html_report(report_document(results, "here"), results))


@pytest.fixture
def swept(healthy: StudyResults) -> StudyResults:
    """With the trials of a sweep, one of which exploded."""
    curves = {0.001: (2.3, 2.3, 2.2), 0.01: (2.3, 1.5, 0.9), 0.1: (2.3, 50.0, float("nan"))}
    trials = tuple(
        TrialRecord(
            StageName.LR_SWEEP,
            0,
            number,
            {"optimizer.learning_rate": rate},
            TrialResult(StageName.LR_SWEEP, number, TrialState.COMPLETE, step_losses=losses),
        )
        for number, (rate, losses) in enumerate(curves.items())
    )
    return replace(healthy, trials=(*healthy.trials, *trials))


def test_a_page_is_well_formed_and_needs_nothing_from_elsewhere(swept: StudyResults) -> None:
    text = html_report(report_document(swept, "here"), swept)
    page = Page(text)
    assert page.open == []
    assert not {"script", "link", "img", "iframe", "object", "a", "form"} & set(page.elements)
    assert not {"src", "href", "onload", "onclick", "xlink:href"} & {name for name, _ in page.attributes}
    assert "url(" not in text
    assert "@import" not in text


def test_it_tells_what_the_other_reports_tell(healthy: StudyResults, broken: StudyResults) -> None:
    text = page_of(healthy).text
    for told in ("Study digits", "complete", "10 classes", "best validation accuracy 97.2 %", "98.10%", "Best 3 of 4"):
        assert told in text, told
    text = page_of(broken).text
    for told in ("failed: stage overfit failed", "loss-did-not-move", "Look for *frozen* parameters.", "Not run:"):
        assert told in text, told


def test_the_charts_are_those_of_the_study(swept: StudyResults) -> None:
    text = html_report(report_document(swept, "here"), swept)
    drawn = [ET.fromstring(found) for found in re.findall(r"<svg.*?</svg>", text)]  # noqa: S314  (our own)
    named = [picture.get("aria-label") for picture in drawn]
    assert named == [
        "Trial 2 of fine, value 0.989",
        "Trial 1 of fine, value 0.986",
        "Trial 0 of fine, value 0.98",
        "Sweep of the learning rate",
        "val_accuracy over network.width",
        "val_accuracy over optimizer.learning_rate",
        "val_accuracy over optimizer.weight_decay",
    ]
    over_rate = drawn[-2]
    assert len(over_rate.findall("circle")) == 6  # three coarse and three fine trials have a value
    assert "fine 2: 0.03704, val_accuracy 0.989" in [title.text for title in over_rate.iter("title")]


def test_a_sweep_shows_what_stayed_finite(swept: StudyResults) -> None:
    chart = sweep_chart(swept)
    assert chart is not None
    assert chart.levels == (("at the start", 2.3),)
    line, dots = chart.series
    assert [point[0] for point in line.points] == [0.001, 0.01, 0.1]
    assert svg(chart).count("<circle") == 2
    assert len(dots.points) == 3


@pytest.mark.parametrize("name", ["study", "reason", "finding", "parameter", "stored"])
def test_nothing_in_a_study_can_steer_the_page(name: str, broken: StudyResults, healthy: StudyResults) -> None:
    stored = EVIL if name == "stored" else "here"
    results = broken
    if name == "study":
        results = replace(results, study=replace(results.study, name=EVIL))
    elif name == "reason":
        results = replace(results, study=replace(results.study, reason=EVIL))
    elif name == "finding":
        stages = []
        for stage in results.stages:
            assert stage.verdict is not None
            found = tuple(
                replace(one, message=EVIL, advice=EVIL, code=EVIL, source=EVIL, evidence={EVIL: [{EVIL: EVIL}]})
                for one in stage.verdict.findings
            )
            verdict = replace(stage.verdict, findings=found, summary=EVIL, measured={EVIL: EVIL}, expected={EVIL: EVIL})
            stages.append(replace(stage, verdict=verdict))
        results = replace(results, stages=tuple(stages))
    elif name == "parameter":
        definition = healthy.study.definition.model_validate(
            {
                **healthy.study.definition.model_dump(mode="json"),
                "network": {"factory": f"m:{EVIL}", "act": {"choice": [EVIL, "b"]}},
            }
        )
        trials = tuple(replace(one, parameters={"network.act": EVIL, EVIL: EVIL}) for one in healthy.trials)
        results = replace(healthy, study=replace(healthy.study, definition=definition), trials=trials)
    text = html_report(report_document(results, stored), results)
    page = Page(text)
    assert not {"script", "img"} & set(page.elements)
    assert "<script" not in text
    assert EVIL in page.text or name == "parameter"
    assert not any(key.startswith("on") for key, _ in page.attributes)


def test_a_study_without_anything_still_has_a_page(healthy: StudyResults) -> None:
    empty = replace(healthy, stages=(), trials=(), study=replace(healthy.study, task=None))
    page = page_of(empty)
    assert "svg" not in page.elements
    assert value_charts(empty) == curve_charts(empty) == []
    assert sweep_chart(empty) is None


def test_a_moving_average_spans_a_twentieth_of_the_curve() -> None:
    assert moving_average([1.0, 2.0, 3.0]) == [1.0, 2.0, 3.0]
    smooth = moving_average([0.0] * 20 + [1.0] * 20)
    assert smooth[19:22] == [0.0, 0.5, 1.0]
    assert moving_average([]) == []


VALUES = (
    (0.0,),
    (1.0, 1.0),
    (0.0, 5e-324),
    (-1e299, 1e299),
    (1.0, 1.0 + 2.3e-16),
    (float("nan"), float("inf"), 2.0),
    (1e-310, 1e-5),
)


@pytest.mark.parametrize("values", VALUES, ids=str)
@pytest.mark.parametrize("logarithmic", [True, False])
def test_every_number_can_be_drawn(values: tuple[float, ...], logarithmic: bool) -> None:
    points = tuple((value, value) for value in values)
    axis = Axis("x", logarithmic)
    drawn = svg(
        Chart("c", axis, axis, (Series("s", points), Series("d", points, 2, as_line=False, titles=("",) * len(points))))
    )
    assert "nan" not in drawn
    assert "inf" not in drawn
    if drawn:
        ET.fromstring(drawn)  # noqa: S314  (our own)
