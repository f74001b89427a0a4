"""Rules on activations, biases, norms and dropout, and on what follows what."""

import math
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from hpsearch.advice.facts import NORMS, WEIGHTED, Call, Facts, Kind
from hpsearch.advice.functions import PROBABILITIES, SATURATING
from hpsearch.advice.remark import Remark
from hpsearch.finding import Severity

HARMLESS_ON_OUTPUT = frozenset({"log_softmax"})
"""The soft-max of log-probabilities gives the probabilities again."""
RESHAPING = frozenset({"getitem", "expand", "expand_as"})
"""What may stand between a gate and its multiplication, besides changes of shape."""
MOST_SIGMOIDS = 2
"""One behind another. Heuristic: a sigmoid hands on at most a quarter of the gradient, three of them 1/64."""
MOST_SATURATING = 4
"""One behind another, tanh and its like included. Heuristic: Glorot and Bengio (2010) see saturation at five layers."""

NEARLY_ALL = 0.9
"""Of what a dropout is given (heuristic)."""
TOO_MUCH = 0.75
"""… and of what each of two is given, one behind the other: a sixteenth comes through both (heuristic)."""


def activation_on_output(facts: Facts) -> Iterator[Remark]:
    """The network ends with an activation or a soft-max.

    The loss takes logits and applies the soft-max itself. After a second one the cross-entropy cannot fall below
    ln(e + K − 1) − 1 with K classes, 1.46 with ten; a sigmoid or tanh keeps it above a floor too, and a ReLU cuts
    off half of what the last layer could say. In regression a bounded output cannot reach targets beyond its
    bounds. Bounded outputs of a classifier are an error, others a warning. A log-soft-max changes nothing, and is
    information. Poolings, dropout and changes of shape behind the activation are looked through. Where it stands in
    evaluation mode alone, the loss of training is right and that of validation is not: it is a warning.
    """
    call, mode = _end(facts)
    if call is None:
        return
    function, severity = call.function, Severity.WARNING
    numbers: dict[str, Any] = {"function": function}
    if function in HARMLESS_ON_OUTPUT:
        effect, severity = "the loss does the same itself", Severity.INFO
    elif facts.purpose.is_classification and function in PROBABILITIES | SATURATING:
        severity = Severity.WARNING if mode is Mode.EVALUATION else Severity.ERROR
        bounds = (0.0, 1.0) if function in PROBABILITIES else (-1.0, 1.0)
        spread = math.exp(bounds[1] - bounds[0]) if function not in ("softmax", "softmin") else math.e
        floor = math.log(1 + (facts.purpose.outputs - 1) / spread)
        where = " there" if mode is not Mode.BOTH else ""
        effect = f"the cross-entropy over {facts.purpose.outputs} classes cannot fall below {floor:.3g}{where}"
        numbers = {**numbers, "floor": floor}
    elif function in PROBABILITIES | SATURATING:
        effect = "targets outside its range cannot be met"
    else:
        effect = "outputs below zero are bent or cut off"
    named = function if call.name == function else f"{call.name}, {function}"  # called outside of any layer
    yield Remark(call.name, f"{mode}the network ends with an activation ({named}): {effect}", numbers, severity)


class Mode(StrEnum):
    """In which an activation stands at the end, as a sentence begins with it."""

    BOTH = ""
    EVALUATION = "in evaluation mode alone "
    TRAINING = "in training mode alone "


def _end(facts: Facts) -> tuple[Call | None, Mode]:
    """The activation at the end, and in which mode it stands there."""
    evaluated, other = _activation_at_the_end(facts), facts.in_training
    if other is None or other.last is None:
        return evaluated, Mode.BOTH
    trained = _activation_at_the_end(other)
    if evaluated is None:
        return trained, Mode.TRAINING
    return evaluated, Mode.BOTH if trained is not None else Mode.EVALUATION


def _activation_at_the_end(facts: Facts) -> Call | None:
    if facts.last is None:
        return None
    call = facts.origin(facts.calls[facts.last], frozenset({Kind.SHAPE, Kind.DROPOUT, Kind.GLOBAL}))
    return call if call is not None and call.kind is Kind.ACTIVATION else None


def no_bias_no_norm(facts: Facts) -> Iterator[Remark]:
    """A layer with weights has no bias, and no norm behind it that would bring one.

    Without an offset every unit's threshold lies at zero, and the last layer cannot express how frequent the
    classes are. A norm counts if it comes anywhere before the next layer with weights, as in networks with
    pre-activation; so does the bias of the next layer where no activation stands between the two, or a parameter that
    is added there, and what counts for that layer, as in blocks of a depthwise and a 1×1 convolution with one norm
    behind both.
    """
    for call in facts.of(Kind.CONVOLUTION, Kind.LINEAR):
        if not call.biased and not _offset_follows(facts, call):
            yield Remark(
                call.name,
                f"{call.said} ({call.filters} outputs) has no bias, and no norm follows that would add one",
                {"filters": call.filters},
            )


def _offset_follows(facts: Facts, start: Call) -> bool:
    open_calls, seen = [(start, False)], set()
    while open_calls:
        call, bent = open_calls.pop()
        for follower in facts.followers(call):
            bends = bent or follower.kind is Kind.ACTIVATION
            if follower.kind in NORMS or (follower.biased and not bends):
                return True
            ends = follower.kind in WEIGHTED and (bends or follower.kind is Kind.WEIGHTED)
            if not ends and (follower.index, bends) not in seen:
                seen.add((follower.index, bends))
                open_calls.append((follower, bends))
    return False


def bias_before_norm(facts: Facts) -> Iterator[Remark]:
    """A bias stands directly before a batch norm.

    Batch norm subtracts the mean of each channel, and with it any bias before; its own shift takes the bias's
    place. The bias is trained and decayed for nothing. Group and layer norm take means over several channels,
    behind which a bias still counts.
    """
    for call in facts.of(Kind.CONVOLUTION, Kind.LINEAR):
        followers = facts.followers(call)
        if call.biased and followers and all(other.kind is Kind.BATCH_NORM for other in followers):
            sentence = f"the {call.filters} biases of {call.said} are undone by {followers[0].said} behind it"
            yield Remark(call.name, sentence, {"biases": call.filters, "norm": followers[0].name})


def saturating_activations(facts: Facts) -> Iterator[Remark]:
    """Several sigmoids or tanhs stand one behind another.

    They saturate: a sigmoid hands on at most a quarter of the gradient, and a tanh beyond ±2 less than a tenth, so
    that the first layers of a deep stack learn slowly or not at all. Reported from three sigmoids, or five of
    either, on one way through the network. Gates, which are multiplied with something, and soft-maxes do not count.
    With norms between the layers the inputs stay where the slope is: then it is information.
    """
    stacks: dict[int, tuple[int, int]] = {}
    longest = (0, 0)
    name = ""
    for call in facts.calls:
        before = [stacks[maker.index] for maker in facts.makers(call)]
        sigmoids, all_of_them = (max((stack[place] for stack in before), default=0) for place in (0, 1))
        if call.kind is Kind.ACTIVATION and call.function in SATURATING and not _is_gate(facts, call):
            sigmoids, all_of_them = sigmoids + (call.function in PROBABILITIES), all_of_them + 1
            if (all_of_them, sigmoids) > (longest[1], longest[0]):
                longest, name = (sigmoids, all_of_them), call.name
        stacks[call.index] = (sigmoids, all_of_them)
    sigmoids, all_of_them = longest
    if sigmoids <= MOST_SIGMOIDS and all_of_them <= MOST_SATURATING:
        return
    least = (
        f"; the {sigmoids} sigmoids hand on at most 1/{4**sigmoids:,} of the gradient"
        if sigmoids > MOST_SIGMOIDS
        else ""
    )
    normed = any(True for _ in facts.of(*NORMS))
    yield Remark(
        name,
        f"{all_of_them} saturating activations stand one behind another up to {name}{least}",
        {"saturating": all_of_them, "sigmoids": sigmoids, "normalised": normed},
        Severity.INFO if normed else Severity.WARNING,
    )


def _is_gate(facts: Facts, call: Call) -> bool:
    followers = facts.followers(call)
    while len(followers) == 1 and (followers[0].kind is Kind.SHAPE or followers[0].function in RESHAPING):
        followers = facts.followers(followers[0])
    return bool(followers) and all(other.function == "mul" for other in followers)


def _drops(facts: Facts, call: Call) -> bool:
    """Whether a call is a dropout that drops something in training; ``alpha_dropout`` does not unless it is told to."""
    if call.kind is not Kind.DROPOUT or not call.strength:
        return False
    trained = () if facts.in_training is None else facts.in_training.of(Kind.DROPOUT)
    same = [one for one in trained if (one.name, one.function) == (call.name, call.function)]
    return not same or not all(one.switched_off for one in same)


def dropout_before_norm(facts: Facts) -> Iterator[Remark]:
    """A batch norm stands somewhere behind a dropout.

    While training, dropout raises the variance of what it hands on by 1 / (1 − p); at test time it does not. Batch
    norm has stored the variance of training, and scales by the wrong one. Dropout behind the last batch norm has no
    such effect.
    """
    dropped: dict[int, Call] = {}
    reported = set()
    for call in facts.calls:
        source = call if _drops(facts, call) else None
        for maker in facts.makers(call):
            source = source or dropped.get(maker.index)
        if source is None:
            continue
        dropped[call.index] = source
        if call.kind is Kind.BATCH_NORM and source.index not in reported:
            reported.add(source.index)
            yield Remark(
                source.name,
                f"{source.said} drops {source.strength:.0%} before the batch norm {call.name}, whose stored variance "
                f"comes out too high by up to {1 / (1 - source.strength) - 1:.0%}",
                {"share": source.strength, "norm": call.name},
            )


def dropout_on_outputs(facts: Facts) -> Iterator[Remark]:
    """A dropout stands behind the last layer, on the outputs themselves.

    While training, logits are set to zero at random and the others raised, the right class's among them: the loss
    punishes what the network cannot help, and its floor is far above zero. In front of the last layer, as in AlexNet
    and VGG, dropout is usual and nothing is told. Changes of shape and a soft-max behind it are looked through, a mean
    over the map is not: it evens the noise out.
    """
    call = None if facts.last is None else facts.calls[facts.last]
    while call is not None and call.kind in (Kind.SHAPE, Kind.ACTIVATION):
        call = next(iter(facts.makers(call)), None)
    if call is None or not _drops(facts, call):
        return
    outputs = facts.purpose.outputs
    yield Remark(
        call.name,
        f"{call.said} drops {call.strength:.0%} of the {outputs} outputs of the network themselves in training",
        {"share": call.strength, "outputs": outputs},
    )


def dropout_of_nearly_all(facts: Facts) -> Iterator[Remark]:
    """A dropout drops nine tenths and more; or each of two, one behind the other, three quarters and more.

    What is handed on is one number of ten, ten times as large: the noise is three times the signal. Half is the most
    that its paper uses inside a network. Somebody may have given what is to be kept as what is to be dropped.
    """
    behind: set[int] = set()
    for call in facts.calls:
        strong = call.strength >= TOO_MUCH and _drops(facts, call)
        again = any(maker.index in behind for maker in facts.makers(call))
        if strong or again:
            behind.add(call.index)
        if strong and (again or call.strength >= NEARLY_ALL):
            also = "" if call.strength >= NEARLY_ALL else ", behind another that drops as much"
            yield Remark(
                call.name, f"{call.said} drops {call.strength:.0%} of what it is given{also}", {"share": call.strength}
            )
