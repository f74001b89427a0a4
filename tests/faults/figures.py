"""What one kind of fault has shown."""

from dataclasses import dataclass, field


@dataclass
class Figures:
    """Counts of one scenario. ``violations`` says in words whatever did not hold; empty is what must come out."""

    scenario: str
    seed: int
    faults: int = 0
    """Faults that hit their target; one that came too late is not counted."""
    studies: int = 0
    """Studies that were compared with their undisturbed twin, or whose end was checked."""
    violations: list[str] = field(default_factory=list)
    duration_s: float = 0.0

    def check(self, holds: bool, otherwise: str) -> None:
        """Notes a violation unless something holds."""
        if not holds:
            self.violations.append(otherwise)
