"""What is found in images is named by where they are in the arrays that the user gave."""

from pathlib import Path

import numpy as np
import pytest

from hpsearch.data.checks.check import check_data
from hpsearch.data.loading import load_dataset
from tests.data.data_cases import settings

SAMPLES, EQUAL, EMPTY = 400, (17, 240), 333


def stored(folder: Path) -> Path:
    """Noise in which two images are equal and have two labels, and one shows nothing."""
    draw = np.random.default_rng(0)
    images = draw.integers(0, 256, (SAMPLES, 12, 12), dtype=np.uint8)
    images[EQUAL[1]], images[EMPTY] = images[EQUAL[0]], 7
    targets = np.arange(SAMPLES) % 2
    targets[EQUAL[0]], targets[EQUAL[1]] = 0, 1
    np.save(folder / "images.npy", images)
    np.save(folder / "targets.npy", targets)
    return folder


@pytest.mark.parametrize("held", ["host", "disk"])
@pytest.mark.parametrize("seed", range(2))
def test_samples_are_named_by_their_places_in_the_users_arrays(tmp_path: Path, held: str, seed: int) -> None:
    given = settings(dataset="numpy", path=str(stored(tmp_path)), held=held, split_seed=seed)
    found = {one.code: one for one in check_data(load_dataset(given), ["HD102", "HD301"])}
    assert f"sample {EMPTY} of your data" in found["HD102"].message
    ((one, other),) = found["HD301"].evidence["samples_of_your_data"]
    assert sorted([one, other]) == list(EQUAL)
    assert f"samples {one} and {other} of your data" in found["HD301"].message


def test_samples_of_a_file_that_is_looked_at_in_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hpsearch.data.streaming.SAMPLE_BYTES", 4 * 12 * 12 * 50)
    dataset = load_dataset(settings(dataset="numpy", path=str(stored(tmp_path)), held="disk"))
    images, scale = np.load(tmp_path / "images.npy"), dataset.image_scale
    assert scale is not None
    for name, split in (("train", dataset.train), ("validation", dataset.validation)):
        assert len(split) == len(dataset.origins[name]) == 50
        given = images[dataset.origins[name].numpy()].astype(np.float32)
        assert np.allclose(split.images[:, 0] * scale.std[0] + scale.mean[0], given, atol=1e-3)
