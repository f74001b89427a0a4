"""Rules on training mode and evaluation mode: what does one thing in training and another in evaluation."""

import math
from collections.abc import Sequence

from hpsearch.diagnosis.inside.gradients import loaded
from hpsearch.diagnosis.inside.seen import Inside
from hpsearch.finding import Severity
from hpsearch.look import Look
from hpsearch.rulebook import Remark

FAR, APART = 2.0, 0.4
"""Times the training loss, and of guessing: a loss in evaluation mode above both is that of another network
(heuristic)."""
TENFOLD, A_LITTLE = 10.0, 0.1
"""The same where the loss in training mode is next to nothing: on the very samples that were learned (heuristics: no
sound training of the catalogue has both, or the first and a quarter of the second)."""
SHARED_FAR, SHARED_APART = 10.0, 0.01
"""The same where one norm is used in several places, which is the reason already (heuristic)."""
NOISE = 0.01
"""Standard deviations of the outputs (heuristic): rounding in half precision stays below, and what is less moves no
score."""
LOUD = 0.25
"""The same, from which on it can be why validation is far worse than training (heuristic: less changes few answers)."""
FEWEST_EPOCHS = 3
"""At the end, where there are so many."""


def evaluated_otherwise(inside: Inside) -> Remark | None:
    """On samples that it was trained on, the network does far worse in evaluation mode than in training mode.

    The kept statistics of a batch norm are not those of its batches (a momentum next to nothing, too few iterations,
    batches that differ), or a layer does something else in evaluation. The same samples are tried in both modes, with
    the weights after the last epoch: the loss in evaluation mode is more than twice the other, and two fifths of
    guessing above it (heuristic). So is the validation loss in each of the last epochs, a third of all: where steps are
    large for a while, the statistics of norms lag behind, which is over when the rate falls. Scores on validation are
    then no measure of what was learned. A loss in evaluation mode that is no finite number, where that in training mode
    is one, is told whatever validation has. Where it is ten times the other, a tenth of guessing is enough, in
    validation too, and it is a warning as long as it is below guessing (heuristics). So is a batch norm that is called
    more than once in a pass, whose kept statistics are those of none of its inputs, where the loss in evaluation mode
    is ten times the other and a hundredth of guessing above it (heuristics): a warning.
    """
    last = next(iter(inside.trial.result.looks[-1:]), None)
    if last is None or last.evaluated_loss is None or last.trained_loss is None:
        return None
    trained, found, guess = last.trained_loss, last.evaluated_loss, inside.task.initial_loss
    if math.isfinite(trained) and not math.isfinite(found):
        sentence = f"the same training samples have a loss of {trained:.3g} in training mode and none in evaluation"
        return Remark(f"{sentence}, where it is {found}", {"trained": trained, "evaluated": None})
    epochs = inside.trial.result.epochs
    pairs = [(one.train_loss, one.val_loss) for one in epochs[-max(FEWEST_EPOCHS, len(epochs) // 3) :]]
    shared = _shared_norm(last)
    if shared and _far([(trained, found)], SHARED_FAR, SHARED_APART * guess):
        sentence = (
            f"the norm {shared} is called more than once in a pass, and the same training samples have a loss of "
            f"{trained:.3g} in training mode and of {found:.3g} in evaluation"
        )
        numbers = {"trained": trained, "evaluated": found, "guessing_loss": guess, "norm": shared}
        return Remark(sentence, numbers, Severity.WARNING if found < guess else None)
    pairs.append((trained, found))
    far = _far(pairs, FAR, APART * guess)
    if not far and not _far(pairs, TENFOLD, A_LITTLE * guess):
        return None
    sentence = (
        f"the same training samples have a loss of {trained:.3g} in training mode and of {found:.3g} in evaluation"
    )
    numbers = {"trained": trained, "evaluated": found, "guessing_loss": guess}
    return Remark(sentence, numbers, None if far or found > guess else Severity.WARNING)


def _far(pairs: Sequence[tuple[float, float]], times: float, apart: float) -> bool:
    """Whether the second of each pair is above both of the first so many times, and so far above it."""
    return all(other > max(times * one, one + apart) for one, other in pairs)


def _shared_norm(look: Look) -> str | None:
    """The first batch norm that ran twice."""
    norms = [layer.name for layer in look.layers if "BatchNorm" in layer.kind]
    return next((name for place, name in enumerate(norms) if name in norms[:place]), None)


def evaluated_in_training_mode(inside: Inside) -> Remark | None:
    """What belongs to training goes on when the network is evaluated.

    Layers stay in training mode: dropout then goes on dropping, and batch norm reads the batch that is evaluated.
    ``network.eval()`` does not reach them, or the forward pass switches them back. Or something drops or adds noise
    whatever the mode, as dropout does that is called as a function and not told: the same image, twice in one batch,
    gets outputs that are apart by more than a hundredth of their standard deviation. Scores are noise then, and the
    answer to an image is another one each time.
    """
    first = inside.trial.result.looks[:1]
    names = first[0].training if first else ()
    if names:
        sentence = f"{len(names)} layers, {names[0]} the first, are in training mode in evaluation"
        return Remark(sentence, {"layers": list(names)})
    noise = first[0].noise if first else None
    if noise is None or not noise > NOISE:
        return None
    sentence = (
        f"in evaluation mode the same image gets another answer each time, {noise:.2g} standard deviations of the "
        "outputs apart: something drops or adds noise whatever the mode"
    )
    return Remark(sentence, {"noise": noise}, explains=None if noise > LOUD else frozenset())


def trained_in_evaluation_mode(inside: Inside) -> Remark | None:
    """Norms or dropouts are in evaluation mode while the network is trained, from the start or from some look on.

    Batch norm then divides by statistics that it never learns, and dropout drops nothing. Nothing switches back to
    training mode after an evaluation, or the forward pass switches away from it. In a network whose weights come from
    another training that is often meant so, and no finding: those that hpsearch has loaded, frozen norms that are not
    as norms begin, and norms whose statistics are of more than some batches at the start.
    """
    seen = [look for look in inside.trial.result.looks if look.evaluating]
    if not seen or inside.pretrained or loaded(inside):
        return None
    names, step = seen[0].evaluating, seen[0].step
    sentence = f"{len(names)} layers, {names[0]} the first, are in evaluation mode while the network is trained"
    since = f", seen from iteration {step + 1} on" if step else ""
    return Remark(sentence + since, {"layers": list(names), "iteration": step + 1})
