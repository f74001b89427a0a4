"""Each rule on how well a network fits, with a drawing that it finds and one that it lets pass."""

from dataclasses import replace

from tests.diagnosis.curve_cases import (
    BY_HEART,
    LOST,
    RESTLESS,
    SLOW,
    SOUND,
    SWAPPED,
    Drawn,
    constant,
    falling,
    stepped,
    straight,
    then,
)
from tests.diagnosis.rule_cases import ERROR, INFO, WARNING, Case

FIT_CASES = (
    Case("HC201", ERROR, LOST, Drawn(straight(2.3, 2.1)), "guessing has 2.303"),
    Case("HC201", ERROR, LOST, replace(LOST, validation_error=constant(0.6)), "guessing has 2.303"),
    Case("HC202", WARNING, Drawn(falling(2.4, 0.2, 1.8)), SOUND, "still falling"),
    Case("HC202", INFO, Drawn(falling(2.4, 0.2, 1.8), optimizer=(("schedule", "cosine"),)), SOUND, "still falling"),
    Case(
        "HC202",
        WARNING,
        Drawn(straight(2.3, 0.8), epochs=4),
        Drawn(falling(2.3, 0.8), epochs=4),
        "between epochs 3 and 4, the last ones, and both losses fell in each of three",
    ),
    Case("HC202", WARNING, Drawn(falling(2.4, 0.2, 1.8)), Drawn(falling(2.4, 0.01, 9), straight(1.0, 0.2)), "falling"),
    Case("HC202", WARNING, Drawn(straight(2.3, 0.2)), Drawn(then(straight(2.3, 0.2), 0.6, constant(0.2))), "fell from"),
    Case(
        "HC209",
        WARNING,
        Drawn(falling(2.4, 2.25), validation_error=constant(0.3), smoothing=0.8),
        Drawn(falling(2.4, 2.25), validation_error=constant(0.03), smoothing=0.8),
        "loss.label_smoothing is 0.8",
    ),
    Case(
        "HC203",
        WARNING,
        replace(SOUND, validation_error=constant(0.2)),
        replace(SOUND, validation_error=constant(0.04)),
        "20.0% in validation",
    ),
    Case(
        "HC203",
        INFO,
        replace(SOUND, validation=then(straight(1.0, 0.2), 0.4, straight(0.2, 0.8)), validation_error=constant(0.03)),
        replace(SOUND, validation=then(straight(1.0, 0.2), 0.4, constant(0.21)), validation_error=constant(0.03)),
        "lowest in epoch",
    ),
    Case("HC203", INFO, replace(SOUND, validation_error=constant(0.09)), SOUND, "9.0% in validation"),
    Case(
        "HC203",
        WARNING,
        replace(SOUND, validation=then(straight(1.0, 0.2), 0.4, straight(0.2, 0.8)), validation_error=constant(0.16)),
        SOUND,
        "in validation",
    ),
    Case(
        "HC203",
        WARNING,
        replace(SOUND, validation_error=constant(0.2)),
        replace(SOUND, validation_error=stepped(*[0.3, 0.04] * 6, 0.3)),
        "in validation",
    ),
    Case(
        "HC202",
        WARNING,
        Drawn(falling(2.4, 0.2, 1.8)),
        Drawn(falling(2.4, 0.2, 1.8), lambda share: falling(2.4, 0.2, 1.8)(share) * (0.5 + round(12 * share) % 2)),
        "still falling",
    ),
    Case("HC203", INFO, replace(SOUND, validation_error=constant(0.11)), SOUND, "11.0% in validation"),
    Case(
        "HC203",
        WARNING,
        replace(SOUND, validation_error=constant(0.2), validation=then(straight(1.0, 0.4), 0.4, straight(0.4, 1.2))),
        replace(SOUND, validation_error=constant(0.01), validation=RESTLESS),
        "in validation",
    ),
    Case(
        "HC203",
        WARNING,
        replace(
            SOUND, validation_error=then(straight(0.6, 0.08), 0.5, straight(0.08, 0.18)), error=straight(0.9, 0.15)
        ),
        replace(
            SOUND, validation_error=then(straight(0.6, 0.08), 0.5, straight(0.08, 0.12)), error=straight(0.9, 0.15)
        ),
        "8.0% at best and is 17",
    ),
    Case("HC204", WARNING, Drawn(falling(2.4, 1.2)), Drawn(falling(2.4, 0.2)), "the loss hardly falls any more; the"),
    Case(
        "HC204",
        WARNING,
        SLOW,
        Drawn(falling(2.4, 0.2)),
        "falls so slowly that half as many epochs more would make it 34%",
    ),
    Case(
        "HC204", WARNING, Drawn(falling(2.4, 1.2)), Drawn(falling(2.4, 1.2), validation_error=constant(0.65)), "no gap"
    ),
    Case(
        "HC204",
        WARNING,
        Drawn(falling(2.4, 1.2), error=constant(0.4), validation_error=constant(0.5)),
        Drawn(falling(2.4, 1.2), constant(2.5), error=constant(0.4), validation_error=constant(0.5)),
        "50.0%",
    ),
    Case(
        "HC204",
        WARNING,
        Drawn(falling(2.4, 0.2), error=straight(0.3, 0.26), validation_error=constant(0.28)),
        Drawn(falling(2.4, 0.2), error=straight(0.5, 0.17), validation_error=constant(0.2)),
        "would make it 25%",
    ),
    Case(
        "HC204",
        WARNING,
        Drawn(falling(2.4, 1.2), error=constant(0.2), validation_error=constant(0.2)),
        Drawn(falling(2.4, 1.2), error=constant(0.2), validation_error=constant(0.05)),
        "20.0%",
    ),
    Case("HC205", INFO, Drawn(falling(2.4, 0.3, 30)), SOUND, "second half"),
    Case(
        "HC206", ERROR, BY_HEART, Drawn(straight(2.3, 2.18), straight(2.3, 2.2), constant(0.88), constant(0.9)), "than"
    ),
    Case("HC206", ERROR, BY_HEART, replace(BY_HEART, validation_error=constant(0.82)), "no better than guessing"),
    Case(
        "HC208",
        WARNING,
        Drawn(falling(2.4, 1.0), falling(2.4, 0.5), constant(0.4), constant(0.16)),
        Drawn(falling(2.4, 1.0), falling(2.4, 0.5), constant(0.25), constant(0.16)),
        "16.0% in validation",
    ),
    Case(
        "HC208",
        INFO,
        Drawn(falling(2.4, 1.0), falling(2.4, 0.1), constant(0.4), constant(0.03)),
        Drawn(falling(2.4, 1.0), falling(2.4, 0.1), constant(0.1), constant(0.03)),
        "3.0% in validation",
    ),
    Case(
        "HC208",
        WARNING,  # training is not half of the way from guessing, however well validation has ended
        Drawn(falling(2.4, 1.5), falling(2.4, 0.1), constant(0.5), constant(0.03)),
        Drawn(falling(2.4, 1.5), falling(2.4, 0.1), constant(0.5), stepped(*[0.03, 0.5] * 6)),
        "3.0% in validation",
    ),
    Case(
        "HC203",
        WARNING,
        replace(SOUND, validation_error=constant(0.2)),
        replace(SOUND, validation_error=stepped(*[0.2] * 9, 0.01, 0.2, 0.2)),
        "20.0% in validation",
    ),
    Case(
        "HC203",
        WARNING,
        replace(SOUND, validation=constant(5.9), validation_error=constant(0.6)),
        replace(SOUND, validation=constant(5.9), validation_error=constant(0.02)),
        "prepared as training is",
    ),
    Case(
        "HC207",
        WARNING,
        Drawn(falling(2.4, 1.47, 12), error=constant(0.02), validation_error=constant(0.03)),
        Drawn(falling(2.4, 0.4, 12), error=constant(0.02), validation_error=constant(0.03)),
        "yet the loss",
    ),
    Case(
        "HC207",
        WARNING,
        Drawn(falling(2.4, 0.5, 12), error=constant(0.02), validation_error=constant(0.03)),
        Drawn(falling(2.4, 0.5, 12), error=constant(0.04), validation_error=constant(0.05)),
        "yet the loss",
    ),
    Case(
        "HC207",
        WARNING,
        Drawn(falling(2.4, 1.47, 12), error=constant(0.02), validation_error=constant(0.03)),
        Drawn(falling(2.4, 1.47, 12), error=constant(0.02), validation_error=constant(0.03), smoothing=0.4),
        "yet the loss",
    ),
    Case(
        "HC221",
        WARNING,
        replace(SOUND, answers=SWAPPED),
        replace(SOUND, answers=[*SWAPPED[:-4], (0, 1, 20), (0, 0, 20), (1, 0, 20), (1, 1, 20)]),
        "classes 0 and 1 are taken for each other in validation (38 of 40 and 39 of 40 samples), of the others 0.0%",
    ),
    Case(
        "HC207",
        WARNING,
        Drawn(falling(2.4, 1.0, 12), error=constant(0.02), validation_error=constant(0.03)),
        Drawn(falling(2.4, 0.93, 12), error=constant(0.149), validation_error=constant(0.149), noise=0.001),
        "yet the loss",
    ),
)
