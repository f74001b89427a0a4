"""Ray Tune's loop from its start to its end. Imports Ray: to be imported after Ray's environment is prepared."""

from collections.abc import Sequence
from pathlib import Path

from ray import tune

from hpsearch.executors.feed import Feed
from hpsearch.executors.ray_cluster import Resources, check_room
from hpsearch.executors.ray_hooks import Floor, Reporter, WorkerScheduler, WorkerSearch
from hpsearch.executors.ray_worker import OrderTrainable


def serve(feed: Feed, folder: Path, resources: Resources, import_paths: Sequence[str], idle_s: float) -> None:
    """Lets workers see to what the feed holds until the feed has ended. Tune's own files go to ``folder``.

    A worker that has had nothing to do for ``idle_s`` is ended. Raises WorkerError when there is no room for a
    single worker any more.
    """
    faults = folder / "faults"
    faults.mkdir()
    floor = Floor(feed, lambda: check_room(resources), idle_s, faults)
    settings = {
        "import_paths": tuple(import_paths),
        "device": "cuda" if resources.gpus_per_worker else "cpu",
        "workers": resources.workers,
        "gpu_share": resources.gpus_per_worker,
        "fault_folder": str(faults),
    }
    tune.run(
        OrderTrainable,
        name="workers",
        num_samples=-1,  # until the search says that it is finished
        resources_per_trial={"cpu": 1, "gpu": resources.gpus_per_worker},
        reuse_actors=False,  # a worker is a trial, not the other way round
        search_alg=WorkerSearch(floor, settings),
        scheduler=WorkerScheduler(floor),
        callbacks=[Reporter(floor)],
        storage_path=str(folder / "tune"),
        raise_on_failed_trial=False,
        verbose=0,
    )
