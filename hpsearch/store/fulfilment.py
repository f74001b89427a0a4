"""What becomes of a wish when the study's holder lets it go. Needs no database."""

from hpsearch.study import StudyState, Wish


def fulfilled(asked: StudyState, wish: Wish | None) -> StudyState:
    """Where a study stands that its holder lets go as ``asked``, given what its user wants of it by now.

    The user may have taken back the wish to pause, or asked for more; an end that was reached stands.
    """
    if asked not in (StudyState.INTERRUPTED, StudyState.PAUSED):
        return asked
    return StudyState.INTERRUPTED if wish is None else wish.state
