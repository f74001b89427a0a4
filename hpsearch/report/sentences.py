"""The beginnings and ends of sentences in a story."""

from hpsearch.report.documents import StageDocument
from hpsearch.stage import StageName


def stage_title(stage: StageDocument) -> str:
    """What a stage is called within a sentence."""
    names = {StageName.COARSE: "the coarse search", StageName.FINE: "the fine search"}
    checks = {StageName.INITIAL_LOSS: "the initial loss", StageName.LR_SWEEP: "the sweep of learning rates"}
    return {**names, **checks, StageName.OVERFIT: "the small sample", StageName.TEST: "the test"}[stage.name]


def capital(text: str) -> str:
    """With its first letter in upper case."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """With a full stop, where it has no end of its own."""
    return text if text.endswith((".", "!", "?")) else f"{text}."
