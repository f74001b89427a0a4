"""Results written per second: the service's store against Optuna's own storage, on the same Postgres."""

import time

from benchmarks.service.figures import spread, table
from benchmarks.service.optuna_own import tell
from benchmarks.service.samples import begun, result
from benchmarks.service.server import Storage
from hpsearch.store.postgres import PostgresStore

BATCHES = (1, 10, 50)
TRIALS = 200
"""Of the service in each round and for each length of a batch."""
HEAD = ("one writer", "trials per second: median (least … greatest)", "ratio in the same round")


def results(storage: Storage, rounds: int) -> str:
    """The section."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    key, _ = storage.key("writer")
    store = PostgresStore(storage.engine)
    own = optuna.create_study(
        storage=storage.optuna_url, direction="maximize", sampler=optuna.samplers.RandomSampler(seed=0)
    )
    tell(own)
    optunas: list[float] = []
    mine: dict[int, list[float]] = {batch: [] for batch in BATCHES}
    for turn in range(rounds):
        optunas.append(_told(own, TRIALS // 10))
        for batch, speeds in mine.items():
            lease, jobs = begun(storage.engine, key, f"results-{turn}-{batch}", TRIALS)
            written = [result(job) for job in jobs]
            began = time.perf_counter()
            for first in range(0, TRIALS, batch):
                store.save_results(lease, written[first : first + batch])
            speeds.append(TRIALS / (time.perf_counter() - began))
    rows = [("Optuna: ask, 3 parameters, 10 reports, tell", spread(optunas, 1), "")]
    for batch, speeds in mine.items():
        name = "`save_results` one by one" if batch == 1 else f"`save_results`, {batch} at once"
        ratios = [one / other for one, other in zip(speeds, optunas, strict=True)]
        rows.append((name, spread(speeds, 0), f"**{spread(ratios, 0)}**"))
    note = (
        f"{rounds} rounds in which they take turns: {TRIALS // 10} trials of Optuna and {TRIALS} of the service for "
        "each row. A result has ten epochs with four figures each, 180 step losses and five layers; each call commits."
    )
    return table("Results written", HEAD, rows, note)


def _told(study: object, trials: int) -> float:
    began = time.perf_counter()
    for _ in range(trials):
        tell(study)
    return trials / (time.perf_counter() - began)
