"""Starting a local Ray or joining one: quiet, on loopback, and gone with this process. The one place that sets Ray's
environment."""

import logging
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from hpsearch.errors import WorkerError
from hpsearch.executors.inheritance import ALLOCATOR

OBJECT_STORE_BYTES = 200_000_000
"""Nothing large goes through it; Ray's default is a third of the memory."""

CONNECTING_S = 10.0
"""Seconds in which a cluster must answer."""

ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_AIR_NEW_OUTPUT": "0",
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",  # the death of a worker is reported as a result, not on standard output
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_CHDIR_TO_TRIAL_DIR": "0",  # relative paths mean the same in a worker as here
    "RAY_ENABLE_AUTO_CONNECT": "0",  # a call after the end must not start another Ray
    "RAY_DISABLE_FAILURE_SIGNAL_HANDLER": "1",  # it would answer SIGTERM with a trace and abort, past our own handler
    "RAY_worker_niceness": "0",  # with Ray's own 15 a single busy neighbour takes whole cores from the workers
    "RAY_TRAIN_ENABLE_V2_MIGRATION_WARNINGS": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_STRICT_METRIC_CHECKING": "1",
    "TUNE_GLOBAL_CHECKPOINT_S": "1000000000",  # Tune's own state is never read
    "TUNE_PRINT_ALL_TRIAL_ERRORS": "0",
    "TUNE_RESULT_BUFFER_LENGTH": "1",
}
"""Set before Ray is imported, which reads some of them only then."""


@dataclass(frozen=True)
class Resources:
    """What is asked of Ray."""

    workers: int
    gpus_per_worker: float
    address: str | None
    """Of the cluster to join; None starts a Ray of our own on this machine."""


def prepare_environment(resources: Resources) -> None:
    """To be called before Ray is imported."""
    os.environ.update(ENVIRONMENT)
    os.environ["TUNE_MAX_PENDING_TRIALS_PG"] = str(resources.workers)
    if resources.address is None:
        for name, value in ALLOCATOR.items():
            os.environ.setdefault(name, value)  # Ray's processes inherit it, this one has started without
        # Ray's ports are code execution: loopback only (the name of the variable is history), and a token that
        # no file holds.
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))


def start_or_join(resources: Resources, folder: Path) -> None:
    """Connects this process to Ray; ``folder`` takes the sockets and logs of a local one.

    A local Ray dies with the calling thread, so that a kill of this process leaves nothing behind; that thread must
    not be the main one, whose signal handlers Ray would replace. Raises WorkerError if there is no Ray, or if it
    has no room for a single worker.
    """
    import ray  # noqa: PLC0415  (only after its environment is prepared)

    logging.getLogger("ray").setLevel(logging.CRITICAL)
    if resources.address is not None:
        _check_address(resources.address)
    try:
        if resources.address is None:
            ray.init(
                address="local",
                num_cpus=resources.workers,
                num_gpus=None if resources.gpus_per_worker else 0,
                object_store_memory=OBJECT_STORE_BYTES,
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.CRITICAL,
                _temp_dir=str(folder),
            )
            _let_agents_leave_at_once(folder)
        else:
            ray.init(address=resources.address, log_to_driver=False, logging_level=logging.CRITICAL)
    except Exception as error:
        raise WorkerError(_no_ray(resources, error)) from error
    check_room(resources)


def _no_ray(resources: Resources, error: Exception) -> str:
    what = f"{type(error).__name__}: {str(error).strip() or 'no reason given'}"
    if resources.address is None:
        return f"Ray does not start on this machine ({what}); free memory and disk, then give the same command again"
    return f"the Ray cluster at {resources.address} cannot be joined ({what}); see that its versions and token are ours"


def _check_address(address: str) -> None:
    """Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    if not (host and port.isdecimal()):
        raise WorkerError(f"the address of a Ray cluster is HOST:PORT (got {address!r}); correct HPSEARCH_RAY_ADDRESS")
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECTING_S).close()
    except (OSError, OverflowError) as error:
        raise WorkerError(
            f"no Ray cluster answers at {address} ({error}); correct HPSEARCH_RAY_ADDRESS or start the cluster"
        ) from error


def check_room(resources: Resources) -> None:
    """Raises WorkerError if Ray has no room for one worker: everything would wait for ever."""
    import ray  # noqa: PLC0415  (only after its environment is prepared)

    there = ray.cluster_resources()
    for name, needed in (("CPU", 1.0), ("GPU", resources.gpus_per_worker)):
        if there.get(name, 0.0) < needed:
            raise WorkerError(
                f"a worker needs {needed:g} {name}, and Ray has {there.get(name, 0.0):g} in all; "
                f"see that its machines are up, or ask for less per worker"
            )


def _let_agents_leave_at_once(folder: Path) -> None:
    """Ray's two agents survive a kill of this process by a minute, which they spend on telling nobody that their
    parent has crashed; they leave at once where its log says that it was asked to end."""
    for log in folder.glob("session_latest/logs/raylet.out"):
        with log.open("a") as file:
            file.write("Raylet received SIGTERM (written at the start, see hpsearch.executors.ray_cluster)\n")


def leave() -> None:
    """Ends a local Ray, or the connection to a cluster; nothing happens if there is none."""
    import ray  # noqa: PLC0415  (only after its environment is prepared)

    ray.shutdown()
