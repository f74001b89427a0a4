"""Rules on what the loss asks of the network: of which samples, towards which labels, and how much."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from statistics import median

from hpsearch.diagnosis.inside.class_weights import OF_ONE_CLASS, by_class, outweighing, weight_of
from hpsearch.diagnosis.inside.ends import validated_well
from hpsearch.diagnosis.inside.other_losses import another_loss
from hpsearch.diagnosis.inside.seen import Inside
from hpsearch.finding import Severity
from hpsearch.look import LossLook
from hpsearch.rulebook import Remark

SOME = 0.05
"""Share of the samples that are told of (heuristic: of a batch of 32 that is two)."""
MANY = 0.1
"""The same where the user may have meant it, as of hard examples alone (heuristic)."""
MOST = 0.5
TWO = 2
"""Outputs: of so many classes all gradients point to one label or the other, mixed ones too."""
WHOLE = 3
"""Samples of a class that are left out, and none of it is not (heuristic: where one in twenty is left out, that happens
to a class in 8,000 by chance)."""
FEW = 3
"""Samples: fewer are told of by no rule (heuristic; each is seen exactly)."""
KNOWN = 0.5
"""Of the samples of a class."""
OF_CUT = frozenset({"HC201", "HC202"})
"""What samples explain that are cut off on their way back. That a network fits too little they do not: units that are
silent for some of the samples are of too few."""
MORE_FREQUENT = 1.25
"""Times as many samples: classes that are nearer to each other may stand either way (heuristic)."""
ORDERED = 0.9
"""Share of such pairs of classes in which the more frequent one weighs more (heuristic: of four classes at random that
are all ordered so by chance it is one in 24)."""
UNEVEN = 1.5
"""Times, between some classes, that one is more frequent, and weighs more (heuristic)."""
LEARNED = 0.1
"""Of guessing."""
SCALED = 4.0
"""Times the mean over the batch, or one part of so many (heuristic: so much does a learning rate that was right)."""
ADAPTIVE = frozenset({"adam", "adamw", "rmsprop", "adagrad"})
"""Optimisers to which the scale of the loss means next to nothing."""


def other_labels(inside: Inside) -> Remark | None:
    """The loss pulls samples to labels that are not theirs.

    The gradient of cross-entropy at the outputs is the soft-max less the label, so that it shows of each sample which
    label the loss was given. In all looks together a twentieth of the samples and more are pulled to exactly one class
    that is not the one of the data (heuristic; in regression away from their target): labels are shifted, permuted or
    in another order than the images, or the gradient has its sign changed. It is an error from half of them on, and
    else a warning. Where validation has ended well it is an error only from half of them on in each of several looks:
    one batch alone may have been mixed with another; else it is an information there, of classes. Nothing is said of
    classes where a twentieth and more are pulled to no label alone: where images are laid over each other and labels
    mixed with them, the other image sometimes has nearly all of the share. But where so many are pulled to other labels
    in every look, and to labels alone in one of them, it is late that nothing else can be seen: a network that is sure
    of the other label gets hardly any gradient. In regression, too, it must be so in every look. Of two outputs, mixed
    and soft targets look like others: nothing is said there of fewer than half where validation has ended well.

    The loss that hpsearch itself minimises never shows this. Where it is told all the same, a hook or a module of one's
    own changes the gradient at the outputs; or the records are those of a loop of one's own.
    """
    looks = list(_looks(inside))
    counted = sum(one.samples for one in looks)
    moved = round(sum(one.samples * one.elsewhere for one in looks))
    if moved < max(FEW, SOME * counted) or _mixed(looks, inside.task.is_classification):
        return None
    if moved < MOST * counted and inside.task.outputs <= TWO and validated_well(inside):
        return None
    pairs = next((one.moved for one in looks if one.moved), ())
    where = f", for example class {pairs[0][0]} to class {pairs[0][1]}" if pairs else ""
    sentence = f"the loss pulls {moved} of {counted} samples to another label than that of the data{where}"
    severity = _severity_of_moved(looks, inside)
    return Remark(sentence, {"samples": counted, "moved": moved, "pairs": [list(one) for one in pairs]}, severity)


def _severity_of_moved(looks: Sequence[LossLook], inside: Inside) -> Severity:
    """Of so many samples that are pulled to other labels: by all looks together, or by each of several."""
    if validated_well(inside) and not (len(looks) > 1 and all(one.elsewhere >= MOST for one in looks)):
        return Severity.INFO if inside.task.is_classification else Severity.WARNING
    moved = math.fsum(one.samples * one.elsewhere for one in looks)
    return Severity.ERROR if moved >= MOST * sum(one.samples for one in looks) else Severity.WARNING


def _mixed(looks: Sequence[LossLook], classes: bool) -> bool:
    """Whether targets are mixed with others, and not exchanged for them."""
    always = all(one.elsewhere >= SOME for one in looks)
    if not classes:
        return not always
    counted, mixed = sum(one.samples for one in looks), math.fsum(one.samples * one.otherwise for one in looks)
    return mixed >= max(FEW, SOME * counted) and not (always and any(one.otherwise < SOME for one in looks))


def inverted_class_weights(inside: Inside) -> Remark | None:
    """Frequent classes weigh more in the loss than rare ones, or one class far more than others that are as frequent.

    Weights of classes are there to make up for how rare some are: one over the frequency, or less. In the batches that
    were looked at, the length of each sample's gradient at the outputs, measured against that of plain cross-entropy,
    shows what its class weighs. Of two classes of which one has a quarter more training samples than the other, the
    more frequent one weighs more in nine of ten pairs; between some the difference is half and more, in samples and in
    weight (heuristics). Rare classes are then hardly learned at all. Or a sample of one class weighs ten times as much
    as one of another class and more, and so do all samples of the class beside all of the other one (heuristic): it is
    not rarity that this makes up for, and images that are not told apart yet are all taken for that class. A weight of
    a class is one number for all of its samples: where those of one class in one batch weigh unlike, it is another loss
    that weighs each sample by itself, and nothing is said here.

    The loss that hpsearch itself minimises never shows this. Where it is told all the same, a hook or a module of one's
    own changes the gradient at the outputs; or the records are those of a loop of one's own.
    """
    looks = list(_looks(inside))
    if not by_class(looks):
        return None
    pairs: dict[tuple[int, int], float] = {}
    spread = 1.0
    for look in looks:
        weighed = [one for one in look.classes if 0 < one.highest <= OF_ONE_CLASS * one.lowest]
        for one, other in combinations(sorted(weighed, key=lambda each: each.share), 2):
            if one.share > 0 and other.share >= MORE_FREQUENT * one.share:
                pairs[one.label, other.label] = weight_of(other) / weight_of(one)
                if other.share >= UNEVEN * one.share:
                    spread = max(spread, pairs[one.label, other.label])
    inverted = sum(ratio > OF_ONE_CLASS for ratio in pairs.values())
    if not pairs or inverted < ORDERED * len(pairs) or spread < UNEVEN:
        return outweighing(looks)
    (rare, frequent), ratio = max(pairs.items(), key=lambda item: item[1])
    sentence = (
        f"a sample of class {frequent}, which is more frequent, weighs {ratio:.3g} times as much in the loss as one of "
        f"class {rare}; so it is in {inverted} of {len(pairs)} pairs of classes"
    )
    return Remark(sentence, {"frequent": frequent, "rare": rare, "ratio": ratio, "pairs": len(pairs)})


def samples_left_out(inside: Inside) -> Remark | None:
    """Some samples teach the network nothing.

    Their gradient is exactly zero although the network has them wrong and is not sure: a mask or a weight of zero takes
    them out of the loss. Or they are cut off on their way back, by ``detach`` or by a hook, so that they have a
    gradient at the outputs and none at the first layer. Told from a tenth of such samples of all looks on, and where
    all of a class are left out that were looked at, at least three (heuristics): single ones may be meant so.

    What is cut off is counted after the first update, because nothing comes past a last layer that begins at zero, and
    only in looks in which some sample arrives: where none does, no samples were chosen. In each of them it is a
    twentieth at least (heuristic). Where the training ended well, on the training samples or on those of validation, it
    is an information: dropout on few units, or a way that not every sample takes, cut off some by chance or on purpose.
    So it is where fewer than half of the samples are left out at the outputs, and validation ended well: a loss that
    chooses the hardest leaves out others. A class that most of are right in validation is not left out as a whole.

    Samples without a gradient at the outputs the loss that hpsearch itself minimises never shows: a hook or a module of
    one's own takes it from them, or the records are those of a loop of one's own. What is cut off inside the network is
    the network's own affair.
    """
    looks = list(_looks(inside))
    wrong = sum(one.wrong for one in looks)
    out = sum(one.wrong * one.left_out for one in looks)
    later = (look.loss for look in inside.updated if look.loss is not None)
    seen = [
        (one.unreached, one.samples if one.sent is None else one.sent) for one in later if one.unreached is not None
    ]
    seen = [(share, count) for share, count in seen if share < 1]
    sent = sum(count for _, count in seen)
    cut = sum(share * count for share, count in seen)
    always = all(share >= SOME for share, _ in seen)
    never = _never(looks)
    never = [label for label in never if not _is_known(inside, label)]
    masked, many = out >= max(FEW, MANY * wrong) or bool(never), always and cut >= max(FEW, MANY * sent)
    if not (masked or many):
        return None
    out, cut = out / max(1, wrong), cut / max(1, sent)
    whose = f", and none of class {never[0]} has any" if never else ""
    sentence = (
        f"{out:.0%} of the samples that the network has wrong have no gradient at the outputs{whose}"
        if masked
        else f"{cut:.0%} of the samples with a gradient at the outputs have none that reaches the first layer"
    )
    numbers = {"left_out": out, "unreached": cut, "samples": sent, "wrong": wrong, "classes": never}
    harmless = not never and out < MOST and validated_well(inside) if masked else _ended_well(inside)
    why = None if masked else OF_CUT
    return Remark(sentence, numbers, Severity.INFO if harmless else None, explains=why)


def _is_known(inside: Inside, label: int) -> bool:
    """Whether most of a class is right in validation: its samples were left out by chance then, or were easy."""
    counts = inside.trial.result.class_counts
    found = None if counts is None else next((one for one in counts.listed if one.label == label), None)
    return found is not None and found.right > KNOWN * found.samples


def _ended_well(inside: Inside) -> bool:
    """To a tenth of guessing (heuristic), or by the validation error."""
    if not inside.ended:
        return False
    if inside.last_loss < LEARNED * inside.task.initial_loss:
        return True
    return validated_well(inside)


def scaled_loss(inside: Inside) -> Remark | None:
    """The loss is not the mean over the batch, but several times it, or a part of it.

    A sum over the batch is as many times the mean as there are samples: the learning rate, decay and the limit of
    clipping then mean something else with each size of batch. In every look the gradient at the outputs is more than
    four times that of the mean, or less than a quarter of it (heuristic). It is an information with optimisers that
    divide by the size of gradients, as Adam does. Or it is another loss: below zero no cross-entropy can be, so that a
    logarithm is missing, or has its sign changed; and one that asks less than a quarter of a batch before any update,
    unlike for samples of one class, hardly moves what is far off (absolute differences of probabilities; heuristic),
    which is an information where validation ended well. And where nearly every sample is pulled another way than by
    cross-entropy, in every look, that is told of a training that ended badly: many losses that are sound do so. It is
    an information where validation errs less than three quarters of what training does (heuristic), as where images and
    labels are mixed in training.

    The loss that hpsearch itself minimises never shows this. Where it is told all the same, a hook or a module of one's
    own changes the gradient at the outputs; or the records are those of a loop of one's own.
    """
    other = another_loss(inside)
    if other is not None:
        return other
    of_labels = (one for one in _looks(inside) if one.elsewhere + one.otherwise < SOME)
    scales = [one.scale for one in of_labels if one.scale is not None]
    if not scales or not (min(scales) > SCALED or max(scales) < 1 / SCALED):
        return None
    scale, sizes = median(scales), [look.outputs.samples for look in inside.looks if look.outputs is not None]
    summed = " : the losses of a batch are summed" if sizes and abs(scale / median(sizes) - 1) < SOME else ""
    sentence = f"the gradient at the outputs is {scale:.3g} times that of the mean of the loss over the batch{summed}"
    adaptive = inside.trial.job.optimizer.name in ADAPTIVE
    severity = Severity.INFO if adaptive else None
    return Remark(sentence.replace(" : ", ": "), {"scale": scale}, severity, explains=frozenset())


def _looks(inside: Inside) -> Iterator[LossLook]:
    return (look.loss for look in inside.looks if look.loss is not None)


def _never(looks: Sequence[LossLook]) -> list[int]:
    """The classes of which all samples are left out that were looked at."""
    out: dict[int, float] = defaultdict(float)
    for one in (one for look in looks for one in look.classes):
        out[one.label] += one.samples if one.highest == 0 else -math.inf
    return sorted(label for label, samples in out.items() if samples >= WHOLE)
