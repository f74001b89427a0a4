"""The pages of the documentation are those that the rules make."""

from pathlib import Path

from hpsearch.diagnosis.pages import BOOK

COMMITTED = Path(__file__).parents[2] / "docs" / "findings"


def test_the_committed_pages_are_current(tmp_path: Path) -> None:
    found = {file.name: file.read_text(encoding="utf-8") for file in COMMITTED.glob("HC*.md")}
    found[BOOK.index] = (COMMITTED / BOOK.index).read_text(encoding="utf-8")
    assert found == BOOK.pages(), "run python -m hpsearch.diagnosis.pages docs/findings"
    BOOK.write(tmp_path / "new")
    assert (tmp_path / "new" / "HC101.md").is_file()
