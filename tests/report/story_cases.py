"""Findings that stories are made of, and studies that have them."""

from dataclasses import replace

from hpsearch.finding import Finding, Severity
from hpsearch.results import StageRecord, StudyResults
from hpsearch.stage import StageName
from hpsearch.verdict import Outcome, Verdict

NO_SIGNAL = "two cheap models learn nothing about the labels that helps on held-out images"
CHANGE = Finding(
    "decay-added",
    Severity.INFO,
    "round 2 of the fine search tries a cosine decay, because of a plateau in all 3 best trials",
    {
        "path": "optimizer.schedule.name",
        "before": None,
        "after": {"choice": ["constant", "cosine"]},
        "finding": "HC105",
    },
    "To keep it, give recipe.fine.steer: {schedule: false}.",
)
PLATEAU = Finding("HC105", Severity.WARNING, "should decay now in all 3 best trials", {}, "Lower the learning rate.")
GAP = Finding("HC203", Severity.WARNING, "overfitting in all 3 best trials", {"share": 1.0}, "Search dropout.")
NOTHING = Finding(
    "round-brought-nothing", Severity.INFO, "no better", {"before": 0.986, "standard_error": 0.0055}, "Hold out more."
)


def with_findings(results: StudyResults, found: dict[tuple[StageName, int], tuple[Finding, ...]]) -> StudyResults:
    """The same study whose rounds have found something; the sweep has measured where rates work."""

    def changed(record: StageRecord) -> StageRecord:
        verdict = record.verdict or Verdict(record.stage, Outcome.PASS, "")
        if record.stage is StageName.LR_SWEEP:
            verdict = replace(verdict, measured={"low": 0.00215, "high": 0.1})
        return replace(record, verdict=replace(verdict, findings=found.get((record.stage, record.round), ())))

    return replace(results, stages=tuple(changed(record) for record in results.stages))
