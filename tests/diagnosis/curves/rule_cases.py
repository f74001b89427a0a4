"""Each rule on how the weights are changed, with a drawing that it finds and one that it lets pass."""

from dataclasses import dataclass, replace

from hpsearch.finding import Severity
from tests.diagnosis.curve_cases import (
    LOST,
    NOISY,
    RESTLESS,
    SAWTOOTH,
    SORTED,
    SOUND,
    STEP_EARLY,
    STEP_LATE,
    Drawn,
    constant,
    falling,
    stepped,
    straight,
    then,
)

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


@dataclass(frozen=True)
class Case:
    """One rule with a curve that it finds and one that it lets pass."""

    code: str
    severity: Severity
    bad: Drawn
    near: Drawn
    said: str


RATE_CASES = (
    Case("HC101", ERROR, replace(SOUND, diverged_after=9), SOUND, "iteration 10"),
    Case("HC101", ERROR, replace(SOUND, diverged_after=0), SOUND, "before any update"),
    Case(
        "HC102",
        ERROR,  # nothing is learned for it
        Drawn(then(straight(2.4, 9.0), 0.2, straight(4.0, 2.3))),
        Drawn(then(straight(2.4, 3.2), 0.05, falling(3.2, 0.1))),
        "rose from",
    ),
    Case("HC102", INFO, Drawn(then(straight(2.4, 9.0), 0.1, falling(3.0, 0.1))), SOUND, "rose from"),
    Case(
        "HC102",
        WARNING,
        Drawn(then(falling(2.4, 1.2), 0.4, constant(2.31))),
        Drawn(then(falling(2.4, 1.2), 0.4, constant(1.3))),
        "rising",
    ),
    Case(
        "HC102",
        WARNING,
        Drawn(then(falling(2.4, 1.2), 0.4, constant(2.27)), noise=0.01),
        Drawn(constant(2.31), noise=0.01),
        "back at",
    ),
    Case(
        "HC102",
        ERROR,  # nothing is learned for it
        Drawn(then(straight(2.4, 9.0), 0.2, straight(4.0, 2.3))),
        replace(LOST, loss=then(straight(2.4, 3.2), 0.05, constant(2.3))),
        "rose from",
    ),
    Case("HC102", INFO, Drawn(then(straight(2.4, 9.0), 0.05, falling(2.3, 1.3))), SOUND, "rose from"),
    Case("HC103", WARNING, Drawn(straight(2.3, 1.6)), Drawn(falling(2.3, 1.6)), "over the third before"),
    Case("HC103", ERROR, Drawn(straight(2.302, 2.29), noise=1e-4), Drawn(straight(2.3, 0.3)), "over the third before"),
    Case(
        "HC103",
        WARNING,
        Drawn(straight(2.5, 1.8)),
        Drawn(straight(2.5, 1.8), constant(2.6), validation_error=constant(0.9)),
        "over the third before",
    ),
    Case(
        "HC104",
        WARNING,
        Drawn(then(straight(2.3, 1.5), 0.1, constant(1.45)), optimizer=STEP_EARLY),
        Drawn(then(falling(2.3, 0.9, 8), 0.7, constant(0.8)), optimizer=STEP_LATE),
        "fell to",
    ),
    Case(
        "HC104",
        WARNING,
        Drawn(then(straight(2.3, 1.5), 0.1, constant(1.45)), optimizer=STEP_EARLY),
        Drawn(then(straight(2.3, 1.5), 0.1, falling(1.45, 0.0, 2.5)), optimizer=STEP_EARLY),
        "10% of the training",
    ),
    Case(
        "HC105",
        WARNING,
        Drawn(then(falling(2.4, 1.0), 0.3, constant(1.0)), RESTLESS),
        Drawn(then(falling(2.4, 1.0), 0.3, constant(1.0)), RESTLESS, optimizer=(("schedule", "cosine"),)),
        "learning rate is still",
    ),
    Case(
        "HC104",
        WARNING,
        Drawn(constant(1.9), constant(1.95), optimizer=STEP_EARLY),
        Drawn(constant(1.9), RESTLESS, optimizer=STEP_EARLY),
        "of the training",
    ),
    Case(
        "HC105",
        WARNING,
        Drawn(then(falling(2.4, 1.0), 0.3, constant(1.0)), RESTLESS),
        Drawn(then(falling(2.4, 1.0), 0.3, constant(1.0)), straight(1.5, 1.0)),
        "stayed at",
    ),
    Case(
        "HC105",
        WARNING,
        Drawn(then(falling(2.4, 1.0), 0.3, constant(1.0)), RESTLESS),
        Drawn(then(falling(2.4, 1.0), 0.3, constant(1.0)), constant(1.02)),
        "stayed at",
    ),
    Case(
        "HC105",
        WARNING,
        Drawn(then(falling(2.4, 1.0), 0.3, constant(1.0)), lambda share: 1 + 0.6 * (RESTLESS(share) - 1)),
        Drawn(then(falling(2.4, 1.0), 0.3, constant(1.0)), lambda share: 1 + 0.4 * (RESTLESS(share) - 1)),
        "moved by",
    ),
    Case(
        "HC105",
        WARNING,
        Drawn(then(falling(2.4, 0.5), 0.3, constant(0.5)), RESTLESS, constant(0.1)),
        Drawn(then(falling(2.4, 0.5), 0.3, constant(0.5)), RESTLESS, constant(0.01)),
        "stayed at",
    ),
    Case(
        "HC105",
        WARNING,
        Drawn(constant(1.9), lambda share: 2 * RESTLESS(share)),
        Drawn(constant(2.2), lambda share: 2 * RESTLESS(share)),
        "stayed at 1.9",
    ),
    Case(
        "HC105",
        INFO,
        Drawn(then(falling(2.4, 0.15), 0.3, constant(0.15)), RESTLESS),
        Drawn(then(falling(2.4, 0.03), 0.3, constant(0.03)), RESTLESS),
        "stayed at 0.15",
    ),
    Case(
        "HC106",
        WARNING,
        Drawn(then(constant(2.3), 0.35, falling(2.3, 0.6)), noise=0.01),
        Drawn(then(constant(2.3), 0.02, falling(2.3, 0.6)), noise=0.01),
        "stood still at 2.3",
    ),
    Case(
        "HC106",
        WARNING,
        Drawn(then(constant(2.3), 0.35, falling(2.3, 0.6)), noise=0.01),
        Drawn(then(constant(2.3), 0.35, falling(2.3, 0.6)), noise=0.01, optimizer=(("warmup", 0.4),)),
        "of 240 iterations",
    ),
    Case(
        "HC106",
        INFO,
        Drawn(then(constant(2.3), 0.2, falling(2.3, 0.6)), noise=0.01),
        Drawn(then(constant(2.3), 0.02, falling(2.3, 0.6)), noise=0.01),
        "for the first",
    ),
    Case(
        "HC103",
        WARNING,
        Drawn(straight(2.3, 1.6), epochs=3),
        Drawn(lambda share: 2.3 - 0.8 * share**3, epochs=3),
        "over the third before",
    ),
    Case(
        "HC106",
        INFO,
        Drawn(then(constant(2.3), 0.25, falling(2.3, 0.05)), noise=0.01),
        Drawn(straight(2.3, 0.3), noise=0.01),
        "of 240 iterations",
    ),
    Case(
        "HC107",
        WARNING,
        Drawn(stepped(2.3, 0.8, 1.5, 0.7, 1.4, 0.7, 1.5, 0.7, 1.4, 0.7, 1.3, 0.7)),
        Drawn(stepped(2.3, 0.8, 0.9, 0.7, 0.76, 0.7, 0.8, 0.7, 0.8, 0.7, 0.75, 0.7)),
        "rose 5 times",
    ),
    Case(
        "HC107",
        WARNING,
        Drawn(stepped(2.3, 0.9, 0.5, 0.9, 1.5, 0.5, 0.9, 1.4, 0.5, 0.9, 1.3, 0.5)),
        Drawn(
            stepped(2.3, 0.9, 0.5, 0.9, 1.5, 0.5, 0.9, 1.4, 0.5, 0.9, 1.3, 0.5),
            optimizer=(("schedule", "cyclic"), ("every", 0.25), ("factor", 0.1)),
        ),
        "rose 3 times",
    ),
    Case(
        "HC107",
        INFO,
        Drawn(stepped(2.3, 0.3, 1.5, 0.3, 1.5, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 0.02)),
        SOUND,
        "rose 2 times",
    ),
    Case(
        "HC107",
        INFO,
        Drawn(stepped(2.3, 0.3, 0.8, 0.3, 0.8, 0.2, 0.05, 0.1, 0.05, 0.2, 0.05, 0.2), constant(0.1)),
        SOUND,
        "rose 4 times",
    ),
    Case("HC108", WARNING, replace(NOISY, batch_size=2), replace(SOUND, batch_size=2), "batches of 2"),
    Case("HC108", WARNING, replace(NOISY, batch_size=2), NOISY, "batches of 2"),
    Case("HC109", WARNING, SORTED, SOUND, "place of a batch"),
    Case("HC109", WARNING, SORTED, replace(SORTED, noise=0.6), "place of a batch"),
    Case("HC109", WARNING, SORTED, Drawn(lambda share: 2.3 * 1e30**share), "place of a batch"),
    Case("HC111", WARNING, replace(SOUND, noise=1e-4), SOUND, "batches of 32 different samples"),
    Case("HC111", WARNING, replace(SOUND, noise=1e-4), replace(SOUND, noise=1e-4, batch_size=320), "again and again"),
    Case("HC110", ERROR, SAWTOOTH, SORTED, "at the end of the epoch before; the training began at 2."),
    Case("HC110", ERROR, SAWTOOTH, Drawn(lambda share: 2.4 - 0.8 * (24 * share % 1)), "on average, after 0.9"),
    Case(
        "HC110",
        ERROR,
        SAWTOOTH,
        Drawn(lambda share: (2.4 if share < 1 / 12 else 5.0) - 1.6 * (12 * share % 1) * (1 + 1.6 * (share >= 1 / 12))),
        "the training began",
    ),
)
