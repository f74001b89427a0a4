"""All checks of data, by code."""

from hpsearch.data.checks import sources
from hpsearch.data.checks.borders import border_in_one_split
from hpsearch.data.checks.differences import splits_look_different
from hpsearch.data.checks.duplicates import (
    conflicting_labels,
    duplicates_across_split,
    duplicates_in_training,
    near_duplicates_across_split,
)
from hpsearch.data.checks.evidence import few_to_be_measured_by
from hpsearch.data.checks.labels import (
    class_imbalance,
    few_samples,
    labels_out_of_range,
    missing_class,
    sorted_targets,
    split_not_stratified,
    targets_look_like_classes,
)
from hpsearch.data.checks.marks import mark_gives_label_away
from hpsearch.data.checks.numbering import labels_numbered_otherwise
from hpsearch.data.checks.order import no_local_correlation
from hpsearch.data.checks.pixels import (
    constant_channel,
    constant_images,
    mixed_ranges,
    not_normalised,
    pixels_not_finite,
)
from hpsearch.data.checks.rule import DataRule
from hpsearch.data.checks.signal import labels_without_signal
from hpsearch.data.checks.stand_ins import pixels_stand_for_missing, targets_stand_for_missing
from hpsearch.data.checks.steps import few_levels
from hpsearch.data.checks.transformed import split_is_transformed
from hpsearch.data.checks.units import targets_of_two_units
from hpsearch.data.checks.wrapped import wrapped_values
from hpsearch.finding import Severity

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

_ALL = (
    DataRule("HD101", ERROR, pixels_not_finite, "Remove or replace those images.", sources.KARPATHY),
    DataRule("HD102", WARNING, constant_images, "Look at them; leave them out if they are broken.", sources.KARPATHY),
    DataRule("HD103", WARNING, constant_channel, "Leave the channel out.", sources.LECUN),
    DataRule(
        "HD104",
        WARNING,
        not_normalised,
        "Switch data.normalize on, or subtract the mean and divide by the standard deviation of each channel.",
        sources.LECUN,
    ),
    DataRule("HD105", WARNING, mixed_ranges, "Divide the images in 0 … 255 by 255 when they are read.", sources.CS231N),
    DataRule(
        "HD106",
        WARNING,
        splits_look_different,
        "Prepare all splits with the same function; divide at random unless persons, places or times are kept apart.",
        sources.CS231N,
    ),
    DataRule(
        "HD107",
        WARNING,
        split_is_transformed,
        "Read all splits with the same function, and look at some images of each.",
        sources.KARPATHY,
    ),
    DataRule(
        "HD108",
        WARNING,
        border_in_one_split,
        "Resize and pad all splits with the same function.",
        sources.CS231N,
    ),
    DataRule(
        "HD109",
        WARNING,
        few_levels,
        "Read all splits with the same function; a threshold or a division of whole numbers does this.",
        sources.KARPATHY,
    ),
    DataRule(
        "HD110",
        WARNING,
        wrapped_values,
        "Turn images into real numbers before anything is added to them or multiplied, and cut off at the ends.",
        sources.KARPATHY,
    ),
    DataRule(
        "HD111",
        WARNING,
        pixels_stand_for_missing,
        "Replace that number, by the mean of the channel for example, and tell where it was in a channel of its own.",
        sources.KARPATHY,
    ),
    DataRule("HD201", ERROR, labels_out_of_range, "Number the classes 0 … K − 1.", sources.KARPATHY),
    DataRule(
        "HD202", ERROR, missing_class, "Give samples of it to each split, or renumber the classes.", sources.KOHAVI
    ),
    DataRule(
        "HD203",
        WARNING,
        few_samples,
        "Collect more images of the classes named, or join each of them with a class that looks alike.",
        sources.BUDA,
    ),
    DataRule(
        "HD204",
        WARNING,
        class_imbalance,
        "Draw rare classes more often, and look at the accuracy of each class and not only at that of all.",
        sources.BUDA,
    ),
    DataRule("HD205", INFO, sorted_targets, "Shuffle the samples wherever they are read in order.", sources.BENGIO),
    DataRule("HD206", WARNING, split_not_stratified, "Divide at random within each class.", sources.KOHAVI),
    DataRule(
        "HD207",
        WARNING,
        targets_look_like_classes,
        "If they are classes, store them as whole numbers 0 … K − 1, and cross-entropy is minimised.",
        sources.CS231N,
    ),
    DataRule(
        "HD208",
        WARNING,
        few_to_be_measured_by,
        "Hold more samples out, or divide several times and take the mean (cross-validation).",
        sources.KOHAVI,
    ),
    DataRule(
        "HD209",
        WARNING,
        targets_stand_for_missing,
        "Leave out the samples whose target is missing.",
        sources.KARPATHY,
    ),
    DataRule(
        "HD210",
        WARNING,
        targets_of_two_units,
        "Find where the targets come from, and write all of them in one unit.",
        sources.KARPATHY,
    ),
    DataRule(
        "HD301", WARNING, conflicting_labels, "Look at the images named and correct their labels.", sources.NORTHCUTT
    ),
    DataRule(
        "HD302",
        WARNING,
        duplicates_across_split,
        "Remove the copies before the data are divided, or keep all copies of an image in one split.",
        sources.BARZ,
    ),
    DataRule(
        "HD303",
        WARNING,
        near_duplicates_across_split,
        "Divide by what the images have in common (film, person, photograph), so that its images stay together.",
        sources.BARZ,
    ),
    DataRule("HD304", INFO, duplicates_in_training, "Remove them unless they are meant to count more.", sources.BARZ),
    DataRule(
        "HD401",
        WARNING,
        labels_without_signal,
        "Look at some images beside their labels: shuffled or moved labels do this.",
        sources.ZHANG,
    ),
    DataRule(
        "HD402",
        WARNING,
        no_local_correlation,
        "Look at an image: undo the permutation or correct the reshape; otherwise try fully connected layers.",
        sources.RUDERMAN,
    ),
    DataRule(
        "HD403",
        WARNING,
        labels_numbered_otherwise,
        "Number the classes by one table for all splits, and look at images of these classes in each.",
        sources.NORTHCUTT,
    ),
    DataRule(
        "HD404",
        WARNING,
        mark_gives_label_away,
        "Look at this place in images of the class; cut the mark off or paint it over in all images.",
        sources.LAPUSCHKIN,
    ),
)

DATA_CHECKS: dict[str, DataRule] = {rule.code: rule for rule in _ALL}
"""In the order of the codes. 1: pixels; 2: labels and their division; 3: duplicates; 4: what can be learned."""
