"""Times and ratios, and how they are printed."""

import statistics
from collections.abc import Sequence


def quantile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def milliseconds(seconds: float) -> str:
    """With three digits that count."""
    value = seconds * 1000
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Median (least … greatest)."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} … {max(values):.{digits}f})"


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]], *notes: str) -> str:
    """A section in Markdown."""
    lines = [f"### {title}", "", *(f"{note}\n" for note in notes)]
    lines += [_line(head), _line(["---"] * len(head)), *(_line(row) for row in rows), ""]
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
