"""Checks for images that are there more than once. Images that show nothing are left to another check."""

from collections.abc import Sequence
from typing import Any

from hpsearch.data.checks.agreement import labels_agree
from hpsearch.data.checks.coincidence import equal_by_coincidence
from hpsearch.data.checks.facts import Facts, Place, evenly
from hpsearch.data.checks.moved import MOST_KNOWN, copies_of_training, in_training_too, moved_copies
from hpsearch.data.checks.neighbours import FEWEST_PAIRS, FURTHER, Near, expected, near_pairs
from hpsearch.finding import Severity
from hpsearch.rulebook import Remark

SERIOUS = 0.01
"""A share of a split above which it may change scores by the differences that searches look for (heuristic)."""
UNSOUND = 0.1
"""A share above which nothing that is learned or measured can be trusted, so that nothing is trained. Sets that were
collected honestly have a few per cent of copies and of images that were annotated twice (heuristic)."""
MANY = 0.5
"""A share of copies above which a split is not what it seems (heuristic)."""
MOST_QUERIES = 2_048
"""Held-out images that are compared, evenly spaced ones of more. A share of 0.3 % has three pairs among them in 19 of
20 draws; what is worth a warning has twenty."""
PAIRS_NAMED = 10


def conflicting_labels(facts: Facts) -> Remark | None:
    """The same image is there with different labels.

    Nobody can learn both; such labels are wrong somewhere and put a floor under the loss. Above a tenth of the
    images this is an error.
    """
    if not facts.classes:
        return None
    groups = [places for places in facts.repeated if len({_label(facts, place) for place in places}) > 1]
    if not groups:
        return None
    images, total = sum(len(places) for places in groups), sum(len(part) for part in facts.parts)
    severity = Severity.ERROR if images > UNSOUND * total else None
    one, other = groups[0][0], next(p for p in groups[0] if _label(facts, p) != _label(facts, groups[0][0]))
    sentence = (
        f"{images} images are equal to others that have another label, for example {one[0]} {one[1]} (label "
        f"{_label(facts, one)}) and {other[0]} {other[1]} (label {_label(facts, other)}){_yours(facts, (one, other))}"
    )
    return Remark(sentence, {"images": images, "groups": len(groups), **_examples(facts, groups)}, severity)


def duplicates_across_split(facts: Facts) -> Remark | None:
    """Held-out images are in the training split as well, pixel by pixel.

    What was learned by heart then counts as understood, and the score is too good. Above a tenth of a held-out
    split, and from three images on, this is an error: a few small drawings can be equal by chance. It is information
    where there are so few possible images that draws meet: drawings of at most four levels, in training twice as often
    as held-out ones are in training, and three times as often as pairs lead one to expect (Good; Poisson).
    """
    found: dict[str, list[Sequence[Place]]] = {}
    for part in facts.held_out:
        leaked = in_training_too(facts, part)
        if leaked:
            found[part.name] = [[("train", known), (part.name, index)] for index, known in sorted(leaked.items())]
    if not found:
        return None
    lengths = {part.name: len(part) for part in facts.held_out}
    name, pairs = max(found.items(), key=lambda item: len(item[1]) / lengths[item[0]])
    share = len(pairs) / lengths[name]
    numbers = {
        "by_split": {name: len(pairs) for name, pairs in found.items()},
        "share": share,
        **_examples(facts, pairs),
    }
    sentence = f"{len(pairs)} of {lengths[name]} {name} images ({share:.1%}) are in training too"
    if equal_by_coincidence(facts):
        sentence = f"{sentence}, as draws from few possible images are{_yours(facts, pairs[0])}"
        return Remark(sentence, numbers, Severity.INFO)
    sentence += _yours(facts, pairs[0])
    return Remark(sentence, numbers, Severity.ERROR if share > UNSOUND and len(pairs) >= FEWEST_PAIRS else None)


def near_duplicates_across_split(facts: Facts) -> Remark | None:
    """Held-out images are nearly the same as training images.

    Frames of one film, crops of one photograph and copies with other compression, brightness or noise let a score rise
    by memory as equal images do. Compared are grey copies of 8×8 pixels, freed from brightness and contrast. Images of
    one kind are alike anyway, so the scale comes from the data: the distance to the nearest image is held against that
    to the sixteenth, with the chance that it is so small if neighbours are spread evenly in as many dimensions as the
    data have (Levina and Bickel), measured behind the fourth neighbour: nearer ones may be copies, and all images may
    have some. Of the pairs reported at most one in a hundred may be so by chance (Benjamini and Hochberg), and whole
    images must have a correlation of at least 0.9 (heuristic). Stripes, logos and sprites have near neighbours wherever
    one looks: where training images are as often so near to each other, it is told only if most of the pairs stand out
    by what is around them, with a gap between them and the next images, and are not of the simplest kind, which has the
    fewest dimensions (heuristic). Of more than 2,048 held-out images evenly spaced ones are looked at. Where there are
    none such, images are looked for that were mirrored or moved by a pixel, and told if they are more, by chance one in
    a thousand, than there are of any other of these ways, and of images as they are (a pattern that may be anywhere has
    neighbours in all of them), if most of them stand out, and if they are pairs. Of large data a hundred images are
    looked at for that. Where the labels of such pairs agree no more than by chance (one in a hundred), and not in all
    pairs, it is information: a right hand is a mirrored left one, and who remembers the one does not know the other.
    Turned copies, and those that were moved further, are not found. Below one per cent, and below three pairs, this is
    information.
    """
    near_copies = facts.once(near_to_training)
    for part in facts.held_out:
        how, remembered = "", True
        if part.name in near_copies:
            near, looked_at = near_copies[part.name]
        elif (moved := moved_copies(facts, part)) is not None:
            change, near, looked_at = moved
            how, remembered = f", {change}", labels_agree(facts, part, near)
        else:
            continue
        pairs: list[Sequence[Place]] = [
            [("train", there), (part.name, here)]
            for here, there in zip(near.ours.tolist(), near.theirs.tolist(), strict=True)
        ]
        share = len(pairs) / looked_at
        numbers = {
            "split": part.name,
            "images": len(pairs),
            "looked_at": looked_at,
            "share": share,
            "standing_out": near.standing_out,
            "dimensions": near.dimensions,
            "distance_ratio": near.ratio,
            **_examples(facts, pairs),
        }
        severity = Severity.INFO if share < SERIOUS or len(pairs) < FEWEST_PAIRS or not remembered else None
        sentence = f"{len(pairs)} of {looked_at} {part.name} images are nearly the same as a training image{how}"
        if not remembered:
            sentence += ", and labels of such pairs agree no more than by chance"
        sentence += _yours(facts, pairs[0])
        return Remark(sentence, numbers, severity)
    return None


def near_to_training(facts: Facts) -> dict[str, tuple[Near, int]]:
    """By the name of a held-out split, its images that are nearly the same as a training image, beyond what is so by
    nature, and how many were looked at; splits without any are left out."""
    train = facts.train
    known = evenly(train.telling, MOST_KNOWN)
    found: dict[str, tuple[Near, int]] = {}
    if len(known) <= FURTHER:
        return found
    copies = facts.once(copies_of_training)
    for part in facts.held_out:
        exact = in_training_too(facts, part)
        queries = evenly(part.telling, MOST_QUERIES)
        if exact:
            queries = queries[[index not in exact for index in queries.tolist()]]
        near = near_pairs(part, queries, train, known, copies) if len(queries) else None
        if near is not None and len(near.ours) and not expected(near, len(queries), train, known, copies):
            found[part.name] = near, len(queries)
    return found


def duplicates_in_training(facts: Facts) -> Remark | None:
    """Training images are there more than once.

    They count more than others, and a random division of such data puts copies on both sides. Where more than half of
    the split are copies, it is much smaller than it looks, which is a warning unless there are few possible images.
    """
    groups = [
        places
        for everywhere in facts.repeated
        if len(places := [place for place in everywhere if place[0] == "train"]) > 1
    ]
    if not groups:
        return None
    extra = sum(len(places) - 1 for places in groups)
    sentence = f"{extra} of {len(facts.train)} training images are copies of others{_yours(facts, groups[0])}"
    many = extra > MANY * len(facts.train) and not equal_by_coincidence(facts)
    severity = Severity.WARNING if many else None
    return Remark(sentence, {"copies": extra, "groups": len(groups), **_examples(facts, groups)}, severity)


def _label(facts: Facts, place: Place) -> int:
    return int(facts.part(place[0]).split.targets[place[1]])


def _yours(facts: Facts, places: Sequence[Place]) -> str:
    """Where two of them are in the arrays that the user gave."""
    found = [origin for place in places[:2] if (origin := facts.origin(place)) is not None]
    return f": samples {' and '.join(str(one) for one in found)} of your data" if found else ""


def _examples(facts: Facts, groups: Sequence[Sequence[Place]]) -> dict[str, list[list[Any]]]:
    """Places within the splits, and where these are in the arrays that the user gave."""
    shown = [[list(place) for place in places[:3]] for places in groups[:PAIRS_NAMED]]
    yours = [[facts.origin(place) for place in places[:3]] for places in groups[:PAIRS_NAMED]]
    known = all(one is not None for places in yours for one in places)
    return {"examples": shown, **({"samples_of_your_data": yours} if known else {})}
