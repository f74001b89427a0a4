"""What the conductor tells whoever looks on while it works."""

from collections.abc import Sequence
from typing import Protocol

from hpsearch.speed import Speed
from hpsearch.stage import StageName
from hpsearch.trial import TrialResult
from hpsearch.verdict import Verdict


class Observer(Protocol):
    """Receives every step as it happens, after it was committed. Must not raise."""

    def waiting(self, holder: str) -> None:
        """Another process, ``holder``, works on the study; called again every second or so."""

    def stage_started(self, stage: StageName, round_number: int, planned: int, done: int, reason: str) -> None:
        """A round of ``planned`` trials begins, ``done`` of which were finished before."""

    def rung_reached(self, stage: StageName, numbers: Sequence[int]) -> None:
        """Trials wait for the decision of a rung; nothing of them is stored."""

    def trial_finished(self, result: TrialResult) -> None:
        """A result was stored."""

    def round_trained(self, stage: StageName, round_number: int, speed: Speed) -> None:
        """All trials of a round have ended; ``speed``: how fast."""

    def stage_judged(self, verdict: Verdict) -> None:
        """A verdict was stored."""


class Silent:
    """Looks away."""

    def waiting(self, holder: str) -> None:
        """Nothing."""

    def stage_started(self, stage: StageName, round_number: int, planned: int, done: int, reason: str) -> None:
        """Nothing."""

    def rung_reached(self, stage: StageName, numbers: Sequence[int]) -> None:
        """Nothing."""

    def trial_finished(self, result: TrialResult) -> None:
        """Nothing."""

    def round_trained(self, stage: StageName, round_number: int, speed: Speed) -> None:
        """Nothing."""

    def stage_judged(self, verdict: Verdict) -> None:
        """Nothing."""
