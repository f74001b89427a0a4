"""Ray Tune's loop from its start to its end. Imports Ray: to be imported after Ray's environment is prepared."""

from collections.abc import Sequence
from pathlib import Path

from ray import tune

from hpsearch.executors.feed import Feed
from hpsearch.executors.ray_hooks import CohortSearch, Floor, ParkingScheduler, Reporter
from hpsearch.executors.ray_worker import CohortTrainable


def serve(feed: Feed, folder: Path, gpus_per_worker: float, import_paths: Sequence[str]) -> None:
    """Trains what the feed holds, on warm workers, until the feed has ended. Tune's own files go to ``folder``."""
    faults = folder / "faults"
    faults.mkdir()
    floor = Floor(feed)
    settings = {
        "import_paths": tuple(import_paths),
        "device": "cuda" if gpus_per_worker else "cpu",
        "fault_folder": str(faults),
    }
    tune.run(
        CohortTrainable,
        name="cohorts",
        num_samples=-1,  # until the search says that it is finished
        resources_per_trial={"cpu": 1, "gpu": gpus_per_worker},
        reuse_actors=True,
        search_alg=CohortSearch(floor, settings),
        scheduler=ParkingScheduler(floor),
        callbacks=[Reporter(floor, faults)],
        storage_path=str(folder / "tune"),
        raise_on_failed_trial=False,
        verbose=0,
    )
