"""Every check of data finds what it is for, lets near misses pass, and is silent on the named data sets."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from hpsearch.data.checks.check import check_data
from hpsearch.data.checks.pages import BOOK
from hpsearch.data.checks.patches import FILTERS, PATCHED, TAPS, few, patches_of, together
from hpsearch.data.checks.rule import DataRule
from hpsearch.data.checks.table import DATA_CHECKS
from hpsearch.data.dataset import Dataset, Split
from hpsearch.data.loading import load_dataset
from hpsearch.errors import DefinitionError
from hpsearch.rule import DATA_CODES
from hpsearch.task import Task
from tests.data.broken_data import CASES as BROKEN
from tests.data.broken_data import Case, changed, digits, generator, leaking, pixel, shuffled, twins
from tests.data.data_cases import settings
from tests.data.order_cases import ORDERS
from tests.data.prepared_cases import PREPARED
from tests.data.target_cases import MEASURED

COMMITTED = Path(__file__).parents[2] / "docs" / "findings"
CASES = (*BROKEN, *PREPARED, *MEASURED, *ORDERS)
IDS = [f"{case.code}-{number}" for number, case in enumerate(CASES)]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_check_finds_its_data(case: Case) -> None:
    (finding,) = check_data(case.bad(), {case.code})
    assert (finding.code, finding.severity) == (case.code, case.severity)
    assert case.said in finding.message
    assert finding.evidence
    assert json.loads(json.dumps(dict(finding.evidence), allow_nan=False)) == finding.evidence
    assert finding.advice
    assert finding.source


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_near_miss_is_none(case: Case) -> None:
    assert check_data(case.near(), {case.code}) == ()


def test_every_check_has_a_case() -> None:
    assert {case.code for case in CASES} == set(DATA_CHECKS)
    assert tuple(DATA_CHECKS) == DATA_CODES


@pytest.mark.parametrize("name", ["digits", "shapes"])
def test_the_named_data_sets_are_sound(name: str) -> None:
    assert check_data(load_dataset(settings(dataset=name))) == ()


@pytest.mark.parametrize("seed", range(5))
def test_other_divisions_of_the_digits_are_sound(seed: int) -> None:
    assert check_data(load_dataset(settings(split_seed=100 + seed))) == ()


def test_nothing_is_changed_and_nothing_is_drawn_from_the_callers_generator() -> None:
    dataset = digits()
    before, state = dataset.train.images.clone(), torch.get_rng_state()
    first = check_data(leaking(40, 0.05))
    assert torch.equal(torch.get_rng_state(), state)
    torch.rand(7)
    assert check_data(leaking(40, 0.05)) == first
    assert torch.equal(dataset.train.images, before)


def test_errors_come_first_then_codes() -> None:
    def both(images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return pixel(float("nan"))(*twins(5, other_label=False)(images, targets))

    found = check_data(changed(shuffled(1.0), train=both))
    assert [finding.code for finding in found] == ["HD101", "HD401", "HD304"]


def test_checks_are_chosen_by_codes_and_beginnings() -> None:
    bad = changed(digits(), train=twins(30, other_label=True))
    assert [finding.code for finding in check_data(bad, ["HD3"])] == ["HD301", "HD304"]
    assert [finding.code for finding in check_data(bad, ["HD"], ["HD301"])] == ["HD304"]
    for wrong in ("HP101", "", "HD999"):
        with pytest.raises(DefinitionError, match="no check of data"):
            check_data(bad, [wrong])


def test_regression_has_no_classes_to_check() -> None:
    def split(count: int) -> Split:
        chosen = digits().train.images[:count]
        return Split(chosen.clone(), chosen.mean(dim=(2, 3)))

    task = Task("l2", (1, 8, 8), 1, 200, 0, 0)
    assert check_data(Dataset(split(200), split(0), split(0), task, None, None)) == ()


def test_hardly_any_data_is_no_crash() -> None:
    for count in (1, 2, 17):
        dataset = digits()
        tiny = Split(dataset.train.images[:count], dataset.train.targets[:count])
        found = check_data(replace(dataset, train=tiny, validation=tiny, test=Split(tiny.images[:0], tiny.targets[:0])))
        assert {"HD202", "HD302"} <= {finding.code for finding in found}


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 1, 40), (3, 3, 3), (5, 64, 3)])
def test_odd_sizes_of_images(shape: tuple[int, int, int]) -> None:
    images = torch.randn(300, *shape, generator=generator())
    targets = (images.flatten(1)[:, 0] > 0).long()
    parts = Split(images[:200], targets[:200]), Split(images[200:], targets[200:]), Split(images[:0], targets[:0])
    task = Task("cross_entropy", shape, 2, 200, 100, 0, tuple(torch.bincount(targets[200:]).tolist()))
    found = {finding.code for finding in check_data(Dataset(*parts, task, None, None))}
    assert found <= {"HD102", "HD208", "HD401", "HD402"}


@pytest.mark.parametrize("largest", [3e38, 3e19])
def test_huge_pixels_that_are_finite_are_no_crash(largest: float) -> None:
    def huge(images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return images.sign() * largest, targets

    def some(images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.where(
            torch.arange(len(images)).view(-1, 1, 1, 1) % 9 == 0, images.sign() * largest, images
        ), targets

    for change in (huge, some):
        assert "HD401" not in {finding.code for finding in check_data(changed(digits(), train=change), ["HD1", "HD4"])}


@pytest.mark.parametrize("empty", [("train",), ("train", "validation", "test"), ("validation", "test")])
def test_empty_splits_are_no_crash(empty: tuple[str, ...]) -> None:
    whole = digits()
    none = Split(whole.train.images[:0], whole.train.targets[:0])
    check_data(replace(whole, **dict.fromkeys(empty, none)))  # type: ignore[arg-type]


def test_patches_of_elongated_images_take_little_memory() -> None:
    images = torch.randn(4, 1, 16, 300_000, generator=generator())
    filters = patches_of(few(images, torch.arange(4)))
    assert filters is not None
    assert filters.shape == (FILTERS, 1, TAPS, TAPS)
    assert few(images, torch.arange(4)).numel() <= PATCHED
    assert together(images, 256) == 1
    square = torch.randn(300, 3, 32, 32, generator=generator())
    assert len(few(square, torch.arange(300))) == 4 * FILTERS
    assert few(square, torch.arange(300)).shape[2:] == (16, 16)


@pytest.mark.parametrize("rule", DATA_CHECKS.values(), ids=DATA_CHECKS)
def test_a_check_says_why(rule: DataRule) -> None:
    assert rule.title.endswith(").") or rule.title.endswith(".")
    assert len(rule.text) - len(rule.title) > 60


def test_the_committed_pages_are_current(tmp_path: Path) -> None:
    found = {file.name: file.read_text(encoding="utf-8") for file in COMMITTED.glob("HD*.md")}
    found[BOOK.index] = (COMMITTED / BOOK.index).read_text(encoding="utf-8")
    assert found == BOOK.pages(), "run python -m hpsearch.data.checks.pages docs/findings"
    BOOK.write(tmp_path / "new")
    assert (tmp_path / "new" / "HD101.md").is_file()


@pytest.mark.parametrize("told", ["brightness", "pixel", "texture"])
def test_labels_that_one_thing_tells_have_a_signal(told: str) -> None:
    """Each of the cheap models is needed for one of them."""
    draw = generator()
    images = torch.randn(400, 1, 16, 16, generator=draw) + torch.randn(400, 1, 1, 1, generator=draw)
    targets = torch.randint(2, (400,), generator=draw)
    match told:
        case "brightness":
            targets = (images.mean(dim=(1, 2, 3)) > 0).long()
        case "pixel":
            targets = (images[:, 0, 6:8, 6:8].sum(dim=(1, 2)) > 0).long()
        case "texture":
            images = torch.where(targets.reshape(-1, 1, 1, 1) == 1, (images + images.roll(1, dims=3)) / 2**0.5, images)
    parts = Split(images[:300], targets[:300]), Split(images[300:], targets[300:]), Split(images[:0], targets[:0])
    task = Task("cross_entropy", (1, 16, 16), 2, 300, 100, 0, tuple(torch.bincount(targets[300:]).tolist()))
    assert check_data(Dataset(*parts, task, None, None), ["HD401"]) == ()
