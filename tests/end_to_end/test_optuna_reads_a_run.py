"""What ``hpsearch run`` has stored is there for stock Optuna, through the URL that ``hpsearch database`` prints."""

import signal
import subprocess
import sys

import optuna
import pytest
from optuna.exceptions import StorageInternalError

from tests.end_to_end.conftest import Undisturbed
from tests.end_to_end.programs import environment


@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_stock_optuna_reads_the_search_and_cannot_write(undisturbed: Undisturbed) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "hpsearch.cli.main", "database"],
        env=environment(undisturbed.home),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
        storage = optuna.storages.RDBStorage(lines[1].removeprefix("Optuna:").strip())
        study = optuna.load_study(study_name="whole/coarse", storage=storage)
        values = [row[4] for row in undisturbed.table if row[0] == "coarse" and len(row) == 5]
        assert [trial.value for trial in study.trials] == values
        assert study.best_value == max(values)
        assert set(study.best_params) == {
            "data.batch_size", "network.width", "optimizer.learning_rate", "optimizer.weight_decay",
        }  # fmt: skip
        assert all(len(trial.intermediate_values) == 2 for trial in study.trials)
        assert optuna.visualization.plot_optimization_history(study).data
        with pytest.raises(StorageInternalError):
            study.ask()
        assert len(study.get_trials(deepcopy=False)) == len(values)
        storage.engine.dispose()
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(120) == 130
        process.stdout.close()
