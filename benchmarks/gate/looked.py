"""A project with what the check said of it, kept as a document so that the score can be told again."""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.gate.fourth_command import commanded
from benchmarks.gate.project import Project
from hpsearch.checked import CheckVerdict
from hpsearch.finding import Severity
from hpsearch.gate.check import check
from hpsearch.report.check_order import in_order

ADVICE = "HP"
"""Remarks on how a network is built and what a search over it is to do, true of sound projects as well …"""
FAULTS_OF_DESIGN = ("HP201", "HP204", "HP4")
"""… but for these, which name faults."""


@dataclass(frozen=True)
class Said:
    """One finding as a user sees it."""

    part: str
    code: str
    severity: Severity
    message: str


@dataclass(frozen=True)
class Looked:
    """A project that was checked."""

    project: Project
    verdict: CheckVerdict
    said: tuple[Said, ...]
    summaries: dict[str, str]
    seconds: float
    """Of the processor."""

    @property
    def alarms(self) -> tuple[Said, ...]:
        """Errors and warnings that are more than advice on design, or that name the cause."""
        told = (one for one in self.said if one.severity != Severity.INFO)
        return tuple(one for one in told if not _of_design(one.code) or one.code in self.project.right)

    @property
    def design(self) -> tuple[Said, ...]:
        """Warnings that are advice on design."""
        return tuple(one for one in self.said if one.severity != Severity.INFO and _of_design(one.code))

    @property
    def codes(self) -> frozenset[str]:
        """Of the alarms."""
        return frozenset(one.code for one in self.alarms)

    @property
    def failed(self) -> bool:
        """Whether the exit code is 1."""
        return self.verdict not in (CheckVerdict.PASS, CheckVerdict.OVERRIDDEN)

    @property
    def named(self) -> bool:
        """Whether a code says what is wrong."""
        return bool(self.codes & self.project.right)

    @property
    def judged(self) -> bool:
        """Whether the verdict is right: sound passes without alarm; a fault fails where it must, and is told else."""
        if self.project.sound:
            return not self.failed and not self.alarms
        return self.failed if self.project.fails else self.failed or self.named

    @property
    def wrong(self) -> frozenset[str]:
        """Codes that are neither the cause nor true beside it."""
        return self.codes - self.project.right - self.project.also

    @property
    def first(self) -> Said | None:
        """What a reader of the terminal meets first; advice on design is none."""
        alarms = self.alarms
        return next((one for one in in_order(self.said) if one in alarms), None)


def looked(project: Project, folder: Path | None) -> Looked:
    """Checks the project, or reads what an earlier run kept."""
    file = None if folder is None else folder / f"{project.name.replace('/', '--')}.json"
    if file is not None and file.is_file():
        kept = json.loads(file.read_text(encoding="utf-8"))
    else:
        kept = commanded(project.definition) if project.definition else _checked(project)
        if file is not None:
            file.write_text(json.dumps(kept), encoding="utf-8")
    said = tuple(Said(**{**one, "severity": Severity(one["severity"])}) for one in kept["said"])
    return Looked(project, CheckVerdict(kept["verdict"]), said, kept["summaries"], kept["seconds"])


def _checked(project: Project) -> dict[str, object]:
    study, dataset = project.study, project.dataset
    began = time.process_time()
    found = check(study, dataset)
    seconds = time.process_time() - began
    said = [
        asdict(Said(part.name, one.finding.code, one.finding.severity, one.finding.message))
        for part in found.parts
        for one in part.findings
    ]
    summaries = {part.name: f"{part.verdict}: {part.summary}" for part in found.parts}
    return {"verdict": str(found.verdict), "said": said, "summaries": summaries, "seconds": seconds}


def _of_design(code: str) -> bool:
    return code.startswith(ADVICE) and not code.startswith(FAULTS_OF_DESIGN)
