"""Projects of a fourth part whose data or whose definition is wrong; their networks are sound."""

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.diagnosis.kinds import MOVED, START, codes
from benchmarks.gate.faulty import HIGH, LOW, UNLEARNED
from benchmarks.gate.project import Project

DATA = "benchmarks.gate.fourth_data:load"
MODULE = "benchmarks.gate.fourth_{}:{}"
COPIES = "HD301 HD302 HD303 HD304"
"""Images that are there more than once."""
EARLY = codes(f"{START} signal-lost same-answer {UNLEARNED}") - codes("initial-loss-off activation-scale")
"""How a network that cannot learn looks to the stages: true beside any fault, as in the other parts."""

SMALL: dict[str, Any] = {"factory": MODULE.format("networks", "build"), "kind": "small", "norm": "batch"}
POOLED = {"factory": MODULE.format("networks", "build"), "kind": "squeeze-excite"}
PLAIN: dict[str, Any] = {"factory": MODULE.format("broken", "Plain")}
ADAM: dict[str, Any] = {"name": "adam", "learning_rate": 1e-3}
SGD: dict[str, Any] = {"name": "sgd", "learning_rate": 0.02, "momentum": 0.9}


def source(name: str, fault: str = "", **more: Any) -> dict[str, Any]:
    """The section of a definition that names the data."""
    if name in ("digits", "shapes") and not fault:
        return {"dataset": name, **more}
    return {"factory": DATA, "options": {"name": name, **({"fault": fault} if fault else {})}, **more}


def faulty_project(
    name: str, definition: Mapping[str, Any], right: str, also: str = "", *, fails: bool = False
) -> Project:
    """One with its codes by what they mean."""
    named = codes(right)
    return Project(name, {}, definition=definition, right=named, also=(codes(also) | EARLY) - named, fails=fails)


def of_data() -> Iterator[Project]:
    """Wrong data."""
    for name, fault, right, also, fails in (
        ("digits", "names-in-another-order", MOVED, "", False),
        ("stripes", "one-late", MOVED, "", False),
        ("badges", "labels-guessed", MOVED, "", False),
        ("badges", "from-one", "refused HD201 HD202", "HD203 HD204 HD206", True),
        ("stripes", "argmax-of-samples", "refused HD202 HD204 HD401", "", True),
        ("glyphs", "one-hot", "refused HD207", "HD204", False),
        ("digits", "as-floats", "refused HD207", "", False),
        ("badges", "last-image", f"{COPIES} HD401", "HD102 HD103 HD402", True),
        ("badges", "unread", "HD102", COPIES, False),
        ("stripes", "nan-where-flat", "refused HD101", "", True),
        ("stripes", "cast-to-whole", "refused HD102 HD103 HD104 HD109 HD401", COPIES, True),
        ("stripes", "bytes-overflow", "HD110", "", False),
        ("badges", "half-scaled", "HD105", "", False),
        ("stripes", "copied", "HD302", "HD304", False),
        ("badges", "enlarged", "HD303", "HD302 HD304", False),
        ("badges", "scrambled", "HD402", "", False),
        ("badges", "last-axis-read-as-first", "HD402", "", False),
        ("badges", "channels-last", "refused HD402", "", False),
        ("stripes", "stamped", "HD404", "", False),
        ("stripes", "rare", "HD204 HD206", "HD202 HD203 HD208", False),
        ("badges", "opaque", "HD103", "", False),
        ("glyphs", "several-labels", "HD301", "HD302 HD304", False),
        ("discs", "numbers-constant", "refused HD202 HD401", "", True),
    ):
        network = PLAIN if name == "discs" else POOLED if fault == "channels-last" else SMALL
        yield _of_data(f"data/{fault}/{name}", source(name, fault), network, right, also, fails=fails)
    unread = {"dataset": "numpy", "path": "cells+unread.npz"}
    yield _of_data("data/unread/file-of-cells", unread, SMALL, "HD102", COPIES)
    late = {"dataset": "numpy", "path": "glyphs+one-late.npz"}
    yield _of_data("data/one-late/file-of-glyphs", late, PLAIN, MOVED, "")
    far = "HD104 scale-at-start initial-loss-off activation-scale"
    raised, raw = source("stripes", "raised", normalize=False), source("badges", normalize=False)
    yield _of_data("data/raised/stripes", raised, PLAIN, far, "")
    yield _of_data("data/bytes-as-they-are/badges", raw, PLAIN, far, "")
    few = {"factory": DATA, "options": {"name": "glyphs", "samples": 40}}
    yield _of_data("data/too-few/glyphs", few, PLAIN, "refused HD203 HD208", "HD202 HD204 HD206 HD401")
    yield _of_data("data/few-to-validate/digits", source("digits", validation=0.006), SMALL, "HD208", "HD203 HD202")


def _of_data(
    name: str, data: Mapping[str, Any], network: Mapping[str, Any], right: str, also: str, *, fails: bool = False
) -> Project:
    definition = {"data": {"batch_size": 32, **data}, "network": network, "optimizer": ADAM}
    return faulty_project(name, definition, right, also, fails=fails)


def of_definitions() -> Iterator[Project]:
    """Wrong numbers in the definition."""
    for name, data, network, optimizer, right, also, fails in (
        ("rates-far-too-high", "stripes", PLAIN, _rates("sgd", 10, 1_000), f"{HIGH} HP504", "", True),
        ("adam-at-three", "badges", SMALL, {"name": "adam", "learning_rate": 3.0}, f"{HIGH} HP504", "", False),
        ("rates-far-too-low", "badges", SMALL, _rates("adam", 1e-9, 1e-7), f"{LOW} HP504", "", False),
        ("sgd-at-a-millionth", "stripes", PLAIN, {**SGD, "learning_rate": 1e-6}, f"{LOW} HP504", "", False),
        ("range-the-wrong-way-round", "stripes", SMALL, _rates("sgd", 1, 1e-4), "refused", "", True),
        ("momentum-0.999", "digits", SMALL, {**SGD, "momentum": 0.999}, "HP503", HIGH, False),
        ("decay-1", "badges", SMALL, {**SGD, "weight_decay": 1.0}, "HP601", "", False),
        ("adam-decay-1", "stripes", PLAIN, {**ADAM, "weight_decay": 1.0}, "HP601", "", False),
        ("clipped-to-0.0001", "stripes", PLAIN, {**SGD, "clip_norm": 1e-4}, f"HP603 {LOW}", "", False),
        ("max-norm-0.001", "badges", PLAIN, {**SGD, "max_norm": 1e-3}, "HP604", "", False),
        ("warm-up-of-95-percent", "badges", SMALL, {**SGD, "schedule": {"warmup": 0.95}}, "HP501", "", False),
        (
            *("decays-to-nothing", "digits", SMALL),
            *({**ADAM, "schedule": {"name": "exponential", "factor": 1e-12}}, "HP502", "", False),
        ),
    ):
        definition = {"data": source(str(data), batch_size=32), "network": network, "optimizer": optimizer}
        yield faulty_project(f"definition/{name}/{data}", definition, str(right), str(also), fails=bool(fails))
    for name, changed, right, also in (
        ("whole-set-in-one-batch", {"data": source("stripes", batch_size=4096)}, "HP701 HP702", ""),
        ("batch-of-one-under-norms", {"data": source("digits", batch_size=1)}, "HP703", ""),
        ("smoothing-0.95", {"data": source("badges"), "loss": {"label_smoothing": 0.95}}, "HP602", ""),
    ):
        definition = {"network": SMALL, "optimizer": ADAM, **changed}
        yield faulty_project(f"definition/{name}", definition, right, also)


def _rates(name: str, low: float, high: float) -> dict[str, Any]:
    return {"name": name, "learning_rate": {"log_uniform": [low, high]}}
