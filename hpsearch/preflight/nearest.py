"""The known word that an unknown one was probably meant to be."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: object, known: Iterable[object]) -> str:
    """A sentence that names the nearest known word, with a blank behind it; empty if none is near."""
    words = [str(one) for one in known]
    near = difflib.get_close_matches(str(word), words, n=1)
    return f"Did you mean {near[0]}? " if near else ""
