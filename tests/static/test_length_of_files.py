"""No file of the program or of a benchmark holds more than one noun's worth of lines."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES = 300
"""With more there is a second noun in a file, which is to have one of its own. Tests may be longer: they are lists."""


def too_long(folder: Path) -> dict[str, int]:
    """The files of Python below a folder that are too long, each with its lines."""
    lines = {
        str(path.relative_to(folder)): len(path.read_text(encoding="utf-8").splitlines())
        for path in folder.rglob("*.py")
    }
    return {name: count for name, count in lines.items() if count > MOST_LINES}


@pytest.mark.parametrize("folder", ["hpsearch", "benchmarks"])
def test_no_file_is_longer_than_a_reader_can_hold(folder: str) -> None:
    assert list((ROOT / folder).rglob("*.py")), "nothing was looked at"
    assert too_long(ROOT / folder) == {}, "find the second noun and give it a file"


def test_a_file_that_is_too_long_is_told(tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text("0\n" * (MOST_LINES + 1), encoding="utf-8")
    (tmp_path / "full.py").write_text("0\n" * MOST_LINES, encoding="utf-8")
    assert too_long(tmp_path) == {"long.py": MOST_LINES + 1}
