"""Amounts of memory, for people."""


def shown(count: int) -> str:
    """For people: 1.5 GB."""
    for unit, size in (("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count / 1e3:.3g} kB"
