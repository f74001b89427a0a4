"""Projects of a fifth part whose data or whose definition is wrong, as users reported it; their networks are sound."""

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.diagnosis.kinds import MOVED
from benchmarks.gate.faulty import HIGH, LOW
from benchmarks.gate.fourth_faulty import ADAM, COPIES, SGD, faulty_project
from benchmarks.gate.project import Project

DATA = "benchmarks.gate.fifth_data:load"
MODULE = "benchmarks.gate.fifth_{}:{}"
PLAIN: dict[str, Any] = {"factory": MODULE.format("networks", "build"), "kind": "tutorial"}
BARE: dict[str, Any] = {**PLAIN, "kind": "vgg", "norm": False}
VGG: dict[str, Any] = {"factory": MODULE.format("networks", "build"), "kind": "vgg"}


def source(name: str, fault: str = "", **more: Any) -> dict[str, Any]:
    """The section of a definition that names the data."""
    if name in ("digits", "shapes") and not fault:
        return {"dataset": name, **more}
    return {"factory": DATA, "options": {"name": name, **({"fault": fault} if fault else {})}, **more}


def of_data() -> Iterator[Project]:
    """Wrong data; the report of each is in the words of its fault."""
    scaled = "HD104 scale-at-start initial-loss-off activation-scale"
    for name, fault, right, also, fails in (
        ("runes", "divided-as-whole-numbers", "refused HD102 HD103 HD104 HD109 HD401", COPIES, True),
        ("digits", "divided-by-own-deviation", "refused HD101", "", True),
        ("calls", "holes-in-measurements", "refused HD101", "", True),
        ("digits", "listed-in-any-order", MOVED, "", False),
        ("runes", "numbers-sorted-as-text", MOVED, "", False),
        ("cloths", "labels-as-walked", MOVED, "", False),
        ("leaves", "folders-in-another-order", MOVED, "HC203", False),
        ("digits", "from-one", "refused HD201 HD202", "HD203 HD204 HD206", True),
        ("twins", "grey-values", "refused HD201 HD202", "HD203 HD204 HD206", True),
        ("cloths", "from-minus-one", "refused HD201 HD202", "HD203 HD204 HD206", True),
        ("runes", "one-hot", "refused HD207", "HD204", False),
        ("calls", "as-floats", "refused HD207", "", False),
        ("cloths", "tenth-again", "HD302", "HD303 HD304", False),
        ("leaves", "read-twice", "HD302", "HD303 HD304", False),
        ("runes", "blurred-before-division", "HD303", "HD302 HD304", False),
        ("calls", "louder-before-division", "HD303", "HD302 HD304", False),
        ("calls", "overlapping-windows", "HD303", "HD302 HD304", False),
        ("leaves", "turned-by-degrees", "HD303", "HD302 HD304", False),
        ("twins", "four-in-a-hundred", "HD204", "HD202 HD203 HD206 HD208", False),
        ("cloths", "kept-channels-last", "refused HD402", "", False),
    ):
        yield _of_data(f"data/{fault}/{name}", source(name, fault), PLAIN, right, also, fails=fails)
    for name, fault, network in (
        ("cloths", "normalised-twice", PLAIN),
        ("runes", "divided-twice", PLAIN),
        ("cloths", "divided-and-normalised-as-bytes", BARE),
    ):
        yield _of_data(f"data/{fault}/{name}", source(name, fault, normalize=False), network, scaled, LOW)
    raw = source("cloths", normalize=False)
    yield _of_data("data/bytes-as-they-are/cloths", raw, PLAIN, scaled, HIGH, optimizer=SGD)
    few = {"factory": DATA, "options": {"name": "cloths", "samples": 86}}
    yield _of_data(
        *("data/sixty-three-images/cloths", few, VGG),
        *("refused HD203 HD208 HP701 HP702", "HD202 HD204 HD206 HD401 HC203"),
    )
    # github.com/prs-eth/Marigold/issues/111, in a file
    holes = {"dataset": "numpy", "path": "cloths+holes-in-measurements.npz"}
    yield _of_data("data/holes-in-measurements/file-of-cloths", holes, VGG, "refused HD101", "", fails=True)


def _of_data(
    name: str,
    data: Mapping[str, Any],
    network: Mapping[str, Any],
    right: str,
    also: str,
    *,
    fails: bool = False,
    optimizer: Mapping[str, Any] | None = None,
) -> Project:
    definition = {"data": {"batch_size": 32, **data}, "network": network, "optimizer": optimizer or ADAM}
    return faulty_project(name, definition, right, also, fails=fails)


Row = tuple[str, str, str, dict[str, Any], dict[str, Any], str, str]
"""Name, address of the report, data, network, optimiser, right codes, true codes."""
DEFINITIONS: tuple[Row, ...] = (
    (
        *("rate-too-high-for-adam", "github.com/PaddlePaddle/PaddleOCR/issues/3254"),
        *("runes", VGG, {**ADAM, "learning_rate": 0.5, "schedule": {"name": "cyclic"}}, f"{HIGH} HP504", ""),
    ),
    (
        *("vgg-diverges", "github.com/FluxML/model-zoo/issues/220"),
        *("cloths", BARE, {**SGD, "learning_rate": 2.0}, f"{HIGH} HP504", ""),
    ),
    (
        *("loss-of-87", "github.com/hszhao/PSPNet/issues/63"),
        *("leaves", BARE, {"name": "sgd", "learning_rate": {"log_uniform": [20, 400]}}, f"{HIGH} HP504", ""),
    ),
    (
        *("rate-far-too-large", "github.com/DrSleep/light-weight-refinenet/issues/79"),
        *("calls", PLAIN, {"name": "rmsprop", "learning_rate": 0.3, "momentum": 0.9}, f"{HIGH} HP504", ""),
    ),
    (
        *("rate-of-0.0000085", "github.com/littlepai/Unofficial-Zhihu-API/issues/5"),
        *("cloths", PLAIN, {**ADAM, "learning_rate": 8.5e-6}, f"{LOW} HP504", ""),
    ),
    (
        *("rate-of-two-millionths", "github.com/apache/mxnet/issues/1546"),
        *("tanks", PLAIN, {**SGD, "learning_rate": 2e-6}, f"{LOW} HP504", ""),
    ),
    (
        *("thousandth-without-momentum", "whosebug.com/index.php/question/6116914"),
        *("digits", PLAIN, {"name": "sgd", "learning_rate": 1e-3, "momentum": 0.0}, f"{LOW} HP504", ""),
    ),
    (
        *("decay-0.5", "github.com/BVLC/caffe/issues/1396"),
        *("leaves", VGG, {**SGD, "weight_decay": 0.5}, "HP601", ""),
    ),
    (
        *("every-batch-clipped", "github.com/wandb/senpai/pull/978"),
        *("runes", PLAIN, {**SGD, "clip_norm": 1e-3}, f"HP603 {LOW}", ""),
    ),
    (
        *("nothing-left-after-a-step", "github.com/LINCellularNeuroscience/VAME/issues/26"),
        *("runes", PLAIN, {**SGD, "schedule": {"name": "step", "factor": 0.0, "every": 0.05}}, "refused HP502", ""),
    ),
    (
        *("lowered-at-every-step", "github.com/meta-llama/llama-cookbook/issues/27"),
        *("cloths", PLAIN, {**SGD, "schedule": {"name": "exponential", "factor": 1e-30}}, "HP502", ""),
    ),
    (
        *("lowered-again-and-again", "github.com/amoudgl/pygoturn/issues/16"),
        *("calls", PLAIN, {**SGD, "schedule": {"name": "step", "factor": 0.1, "every": 0.03}}, "HP502", ""),
    ),
)
ELSEWHERE = {
    "bytes-as-they-are": "pullrequest.ru/10248037/cnn-keras-shodyatsya-odnomu-tomu-zhe-znacheniy-nezavisimo-vvoda",
    "sixty-three-images": "github.com/jeffwen/road_building_extraction/issues/2",
}
"""Reports of data that are right in themselves, and wrong as the definition takes them."""


def of_definitions() -> Iterator[Project]:
    """Wrong numbers in the definition, each after the report whose address is beside it."""
    for name, _, data, network, optimizer, right, also in DEFINITIONS:
        definition = {"data": source(data, batch_size=32), "network": network, "optimizer": optimizer}
        yield faulty_project(f"definition/{name}/{data}", definition, right, also)
