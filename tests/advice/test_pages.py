"""The pages of the documentation are those that the rules make."""

from pathlib import Path

from hpsearch.advice.pages import BOOK
from hpsearch.rule import RULES

COMMITTED = Path(__file__).parents[2] / "docs" / "advice"


def test_the_committed_pages_are_current() -> None:
    found = {file.name: file.read_text(encoding="utf-8") for file in COMMITTED.iterdir()}
    assert found == BOOK.pages(), "run python -m hpsearch.advice.pages docs/advice"


def test_every_rule_has_a_page_and_a_line_in_the_index() -> None:
    index = BOOK.pages()["README.md"]
    assert [code for code in RULES if f"[{code}]({code}.md)" not in index or f"{code}.md" not in BOOK.pages()] == []


def test_pages_are_written_into_a_new_folder(tmp_path: Path) -> None:
    BOOK.write(tmp_path / "new")
    assert (tmp_path / "new" / "HP101.md").read_text(encoding="utf-8").startswith("# HP101: even-kernel\n")
