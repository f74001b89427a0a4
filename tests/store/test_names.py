"""Free names are found in few questions, however many are taken."""

import pytest

from hpsearch.store.names import free_name


class Taken:
    """Names that are taken, and how often somebody asked."""

    def __init__(self, names: set[str]) -> None:
        self.names, self.questions = names, 0

    def __call__(self, name: str) -> bool:
        self.questions += 1
        return name in self.names


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 7, 8, 9, 1000, 100_000])
def test_the_next_number_is_found_in_few_questions(count: int) -> None:
    taken = Taken({"digits", *(f"digits-{number}" for number in range(2, count + 1))} if count else set())
    assert free_name("digits", taken) == ("digits" if count == 0 else f"digits-{count + 1}")
    assert taken.questions <= 2 + 2 * count.bit_length()


def test_a_name_that_was_given_up_in_between_does_no_harm() -> None:
    taken = Taken({"digits", "digits-2", "digits-4", "digits-5"})
    assert free_name("digits", taken) not in taken.names
