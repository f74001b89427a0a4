"""The JSON documents of ``hpsearch check`` and of its baseline. Their field names are fixed: scripts rely on them."""

from typing import Literal

from pydantic import Field

from hpsearch.checked import CheckVerdict
from hpsearch.report.document import Document, Number
from hpsearch.report.documents import FindingDocument, StageDocument, TaskDocument


class PartDocument(Document):
    """One part of a check."""

    name: str = Field(
        description="data, advice, initial_loss, overfit or lr_sweep; process where a service could not end the check"
    )
    verdict: CheckVerdict = Field(
        description="incomplete: it could not be judged; not_run: a part before it failed; skipped: by the definition"
    )
    summary: str = Field(description="one sentence")
    left_out: tuple[str, ...] = Field(description="what of the definition's own recipe was not done for the verdict")
    duration_s: Number


class PlacedFindingDocument(FindingDocument):
    """A finding of a check, with the line to look at."""

    part: str = Field(description="the part that found it")
    file: str | None = Field(description="null if no line is known")
    line: int | None = Field(description="from 1")


class BaselineErrorDocument(Document):
    """An error that stood when the baseline was written."""

    part: str
    code: str
    layers: tuple[str, ...] = Field(description="that it is about; empty for the network as a whole")


class BaselineDocument(Document):
    """``check --write-baseline``: what a later check is held against. Written so that equal checks give equal files."""

    version: Literal[1] = 1
    name: str
    parts: dict[str, CheckVerdict]
    errors: tuple[BaselineErrorDocument, ...]


class ComparisonDocument(Document):
    """A check held against a baseline."""

    worse: tuple[str, ...] = Field(description="what fails the check; one sentence each")
    known: tuple[str, ...] = Field(description="what fails and failed before")
    better: tuple[str, ...]


class CheckDocument(Document):
    """``check --json``."""

    verdict: CheckVerdict = Field(
        description="fail if a part failed, else incomplete if one could not be judged, else overridden if one was, "
        "else pass; a baseline changes the exit code and not this"
    )
    name: str = Field(description="of the study")
    task: TaskDocument | None = Field(description="null if the data could not be loaded")
    parts: tuple[PartDocument, ...] = Field(description="all, in the order in which they run")
    stages: tuple[StageDocument, ...] = Field(description="the sanity stages that were judged, with their trials")
    findings: tuple[PlacedFindingDocument, ...] = Field(description="those of all parts")
    comparison: ComparisonDocument | None = Field(description="null without --baseline")
