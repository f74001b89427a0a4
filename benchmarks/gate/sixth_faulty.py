"""Projects of a sixth part whose data or whose definition is wrong; their networks are sound."""

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.diagnosis.kinds import BROKEN, LARGE, MOVED
from benchmarks.gate.faulty import HIGH, LOW
from benchmarks.gate.fourth_faulty import ADAM, COPIES, SGD, faulty_project
from benchmarks.gate.project import Project
from benchmarks.gate.sixth_sound import MODULE, loader, source

COURSE: dict[str, Any] = {"factory": MODULE.format("networks", "build"), "kind": "course"}
BARE: dict[str, Any] = {**COURSE, "norm": "none"}
TWO_EYES: dict[str, Any] = {"factory": MODULE.format("other_networks", "build"), "kind": "two-eyes"}
ATTENDED: dict[str, Any] = {**COURSE, "kind": "attended"}
SCALE = "HD104 scale-at-start initial-loss-off activation-scale"
NUMBERED = "refused HD201 HD202"
BESIDE = "HD203 HD204 HD206"
"""What is said of classes that are there as numbers only."""
Row = tuple[str, str, dict[str, Any], str, str, bool]
"""Data, fault, network, right codes, true codes, whether it must fail."""

DATA: tuple[Row, ...] = (
    ("marks", "header-was-a-row", COURSE, MOVED, "", False),
    ("coins", "sorted-beside-a-table", COURSE, MOVED, "", False),
    ("plates", "shuffled-alone", BARE, MOVED, "", False),
    ("rain", "always-the-first", COURSE, "refused HD202 HD401", "HD204", True),
    ("soils", "void-is-255", COURSE, NUMBERED, BESIDE, True),
    ("tiles", "numbers-of-another-set", COURSE, NUMBERED, BESIDE, True),
    ("beats", "as-columns", COURSE, "refused HD207", "HD204", False),
    ("slices", "table-with-gaps", ATTENDED, "refused HD207", "", True),
    ("ovens", "unknown-is-minus-9999", BARE, "HD209", "", False),
    ("stereo", "some-in-millimetres", TWO_EYES, "HD210", "HD209", False),
    ("ovens", "some-in-hundredths", BARE, "HD210", "HD209", False),
    ("tiles", "joined-twice", BARE, "HD302", "HD303 HD304", False),
    ("plates", "brightened-and-saved", COURSE, "HD303", "HD302 HD304", False),
    ("ovens", "frames-of-one-film", BARE, "HD303", "HD302 HD304", False),
    ("tiles", "moved-by-a-pixel", COURSE, "HD303", "HD302 HD304", False),
    ("marks", "one-label-of-several", COURSE, "HD301", "HD302 HD304", False),
    ("slices", "units-as-bytes", COURSE, "HD110", "", False),
    ("slices", "outside-the-circle", BARE, "HD111", "", False),
    ("rain", "decibels-of-nothing", COURSE, "refused HD101", "", True),
    ("ovens", "dead-pixels", BARE, "refused HD101", "", True),
    ("soils", "bands-read-as-places", COURSE, "HD402", "", False),
    ("plates", "bands-read-as-places", COURSE, "HD402", "", False),
    ("marks", "pixels-shuffled", ATTENDED, "HD402", "", False),
    ("tiles", "two-readers", COURSE, "HD105", "", False),
    ("beats", "unreadable-is-zero", COURSE, "HD102", COPIES, False),
    ("slices", "marked-by-hand", COURSE, "HD404", "", False),
    ("boards", "whose-turn-it-is", BARE, "HD103", "", False),
    ("tiles", "rare", BARE, "HD204", "HD202 HD203 HD206 HD208", False),
)


def of_data() -> Iterator[Project]:
    """Wrong data, in files and, every third, from a loader of the project's own."""
    for place, (name, fault, network, right, also, fails) in enumerate(DATA):
        section = (loader if place % 3 == 2 else source)(name, fault)
        yield _project(f"data/{fault}/{name}", section, network, right, also, fails=fails)
    for name, network, optimizer in (("ovens", BARE, ADAM), ("slices", BARE, SGD)):
        raw = source(name, normalize=False)
        yield _project(
            f"data/units-as-they-are/{name}", raw, network, SCALE, f"{HIGH} {LARGE} {BROKEN}", optimizer=optimizer
        )
    few = {**loader("soils"), "options": {"name": "soils", "samples": 48}}
    right, also = "refused HD203 HD208 HP701 HP702", "HD202 HD204 HD206 HD401 HC203"
    yield _project("data/forty-eight-fields/soils", few, COURSE, right, also)


def _project(
    name: str,
    data: Mapping[str, Any],
    network: Mapping[str, Any],
    right: str,
    also: str = "",
    *,
    fails: bool = False,
    optimizer: Mapping[str, Any] | None = None,
    **sections: Any,
) -> Project:
    definition = {"data": {"batch_size": 32, **data}, "network": network, "optimizer": optimizer or ADAM, **sections}
    return faulty_project(name, definition, right, also, fails=fails)


RATES: tuple[tuple[str, str, dict[str, Any], dict[str, Any], str, str], ...] = (
    # title, data, network, optimiser, right codes, true codes
    ("sgd-rate-for-adam", "marks", BARE, {**ADAM, "learning_rate": 0.2}, f"{HIGH} HP504", ""),
    ("percent", "beats", BARE, {**SGD, "learning_rate": 5.0, "nesterov": True}, f"{HIGH} HP504", ""),
    (
        *("rates-of-tens", "coins", BARE),
        *({"name": "sgd", "momentum": 0.9, "learning_rate": {"log_uniform": [3, 90]}}, f"{HIGH} HP504", ""),
    ),
    ("rmsprop-ten-millionth", "plates", COURSE, {"name": "rmsprop", "learning_rate": 1e-7}, f"{LOW} HP504", ""),
    ("adagrad-hundred-thousandth", "slices", COURSE, {"name": "adagrad", "learning_rate": 1e-5}, f"{LOW} HP504", ""),
    (
        *("exponents-mistaken", "tiles", BARE),
        *({"name": "sgd", "momentum": 0.9, "learning_rate": {"log_uniform": [1e-8, 1e-6]}}, f"{LOW} HP504", ""),
    ),
    ("decoupled-decay-of-100", "rain", COURSE, {**ADAM, "name": "adamw", "weight_decay": 100.0}, "HP601", ""),
    ("decay-instead-of-rate", "plates", BARE, {**SGD, "learning_rate": 0.03, "weight_decay": 0.9}, "HP601", ""),
    ("l1-of-a-half", "marks", BARE, {**ADAM, "l1": 0.5}, "HP601", ""),
    ("momentum-of-0.998", "soils", COURSE, {**SGD, "learning_rate": 0.05, "momentum": 0.998}, "HP503", HIGH),
    ("clipped-to-a-millionth", "slices", BARE, {**SGD, "clip_norm": 1e-6}, f"HP603 {LOW}", ""),
    ("norms-below-a-fiftieth", "plates", COURSE, {**ADAM, "max_norm": 0.02}, "HP604", ""),
    (
        *("steps-to-nothing", "rain", COURSE),
        *({**ADAM, "schedule": {"name": "step", "factor": 1e-3, "every": 0.1}}, "HP502", ""),
    ),
    ("misspelt", "beats", COURSE, {"name": "adam", "lr": 1e-3}, "refused", ""),
)


def of_definitions() -> Iterator[Project]:
    """Wrong numbers in the definition."""
    for title, data, network, optimizer, right, also in RATES:
        name = f"definition/{title}/{data}"
        yield _project(name, source(data), network, right, also, optimizer=optimizer, fails=right == "refused")
    for title, section, network, right, sections in (
        ("all-in-one-batch", source("larger", batch_size=1024), COURSE, "HP701 HP702", {}),
        ("pairs-under-norms", source("plates", batch_size=2), COURSE, "HP703", {}),
        ("two-passes", source("soils", batch_size=256), COURSE, "HP701 HP702", _passes(2)),
        ("smoothed-by-nine-tenths", source("marks"), COURSE, "HP602", {"loss": {"label_smoothing": 0.9}}),
        ("numbers-as-classes", source("ovens"), BARE, "refused HD207", {"loss": {"name": "cross_entropy"}}),
        ("classes-as-numbers", source("marks"), COURSE, "HD207", {"loss": {"name": "l2"}}),
        ("drops-what-it-should-keep", source("plates"), {**COURSE, "dropout": 0.96}, "HP207 dropout-destroys", {}),
        (
            *("drops-between-0.92-and-0.99", source("beats")),
            *({**COURSE, "dropout": {"uniform": [0.92, 0.99]}}, "HP207 dropout-destroys", {}),
        ),
        ("hundredth-to-validate", source("rain", validation=0.01), COURSE, "HD208", {}),
    ):
        also = "HD202 HD203 HD206" if right == "HD208" else ""
        fails = right.startswith("refused")
        yield _project(f"definition/{title}", section, network, right, also, fails=fails, **sections)


def _passes(epochs: int) -> dict[str, Any]:
    return {"recipe": {"coarse": {"epochs": epochs}, "fine": {"epochs": epochs}}}
