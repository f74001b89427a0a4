"""Every error of the system. A class is one reaction; a message is the broken rule, the value got, the next step."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


class HpsearchError(Exception):
    """Base of all errors that are meant to be read by a user."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input, at one place."""

    path: str
    """Where: the dotted path in the definition, for example ``recipe.coarse.trials``; empty for the whole."""
    value: str
    """What was found there, shortened for reading."""
    message: str
    """The rule that it breaks."""
    next_step: str
    """What to do about it."""

    def __post_init__(self) -> None:
        for name in ("path", "value", "message", "next_step"):
            object.__setattr__(self, name, encodable(getattr(self, name)))

    def __str__(self) -> str:
        place = self.path or "definition"
        found = f" (got {self.value})" if self.value else ""
        return f"{place}: {self.message}{found}. {self.next_step}"


def encodable(text: str) -> str:
    """The text with lone surrogates, which neither UTF-8 nor JSON can hold, written out as ``\\udc80``."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def shown(value: object, limit: int = 80) -> str:
    """The representation of a value for a message, at most ``limit`` characters long."""
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def did_you_mean(word: object, known: Iterable[object]) -> str:
    """A sentence that names the nearest known word, with a blank behind it; empty if none is near."""
    words = [str(one) for one in known]
    near = [one for one in words if is_short_for(str(word), one)] or difflib.get_close_matches(str(word), words, n=1)
    return f"Did you mean {near[0]}? " if near else ""


def is_short_for(word: str, known: str) -> bool:
    """Whether a word has the first letters of a known one's parts, or is one of them: ``lr`` and ``rate`` for
    ``learning_rate``."""
    parts = known.split("_")
    return len(parts) > 1 and (word == "".join(part[:1] for part in parts) or word in parts)


class DefinitionError(HpsearchError):
    """Reject: the study definition or its data cannot be used. Carries every problem, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type["DefinitionError"], tuple[tuple[Problem, ...]]]:
        return DefinitionError, (self.problems,)


class NotFoundError(HpsearchError):
    """Reject: nothing in the store has that name."""


class ConflictError(HpsearchError):
    """Reject: what stands in the store already does not allow it."""


class LimitError(HpsearchError):
    """Reject: the caller has used up what it may have."""

    def __init__(self, message: str, retry_after_s: float | None) -> None:
        """``retry_after_s``: when another try may succeed; None if it never will as it is."""
        super().__init__(message)
        self.retry_after_s = retry_after_s


class TrialError(HpsearchError):
    """End the trial: its training cannot go on; the reason is the message."""


class WorkerError(HpsearchError):
    """End the run: the workers cannot be started or reached; nothing is lost, the same command goes on later."""


class LeaseLostError(HpsearchError):
    """Stop working on the study: another conductor holds it now."""


class PausedError(HpsearchError):
    """Stop working on the study: its user has paused it."""


class DatabaseUnavailableError(HpsearchError):
    """Try again later: the database cannot be started or reached."""
