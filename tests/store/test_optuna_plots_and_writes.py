"""Stock Optuna draws its plots from the views, and cannot write to them."""

import random
from collections.abc import Callable, Iterator

import optuna
import pytest
from optuna.trial import TrialState as State
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from hpsearch.store.engine import open_engine
from hpsearch.store.postgres import PostgresStore
from hpsearch.store.tables import METADATA
from tests.conftest import Databases
from tests.store.optuna_reading import Load, loading, searched
from tests.store.study_samples import SPACE, verdict


@pytest.fixture(scope="module")
def unchanging(databases: Databases) -> Iterator[tuple[Engine, Load]]:
    """A judged stage for tests that change nothing: the database that it is in, and how to load from there."""
    with databases.fresh() as url, loading(url) as load_study:
        engine = open_engine(url)
        store = PostgresStore(engine)
        store.save_verdict(searched(store), verdict())
        yield engine, load_study
        engine.dispose()


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
@pytest.mark.parametrize(
    "plot",
    [
        "plot_optimization_history",
        "plot_parallel_coordinate",
        "plot_slice",
        "plot_param_importances",
        "plot_intermediate_values",
        "plot_timeline",
    ],
)
def test_plots_of_optuna(unchanging: tuple[Engine, Load], plot: str) -> None:
    _, load = unchanging
    figure = getattr(optuna.visualization, plot)(load("digits/coarse"))
    drawn = figure.to_json()
    if plot == "plot_parallel_coordinate":  # long names are cut short there
        assert all(path[:10] in drawn for path in SPACE)
    elif plot in ("plot_slice", "plot_param_importances"):
        assert all(path in drawn for path in SPACE)
    else:
        assert any(trace.x is not None and len(trace.x) > 1 for trace in figure.data)


WRITES: dict[str, Callable[[optuna.Study], object]] = {
    "tell": lambda study: study.tell(6, 1.0),
    "tell a failure": lambda study: study.tell(6, state=State.FAIL),
    "ask": lambda study: study.ask(),
    "ask with nothing waiting": lambda study: study._storage.create_new_trial(study._study_id),
    "enqueue": lambda study: study.enqueue_trial({"optimizer.learning_rate": 0.1}),
    "add": lambda study: study.add_trial(optuna.trial.create_trial(value=1.0)),
    "attribute": lambda study: study.set_user_attr("key", "value"),
    "verdict": lambda study: study.set_user_attr("verdict", "pass"),
    "trial's attribute": lambda study: study._storage.set_trial_user_attr(study.trials[6]._trial_id, "key", 1),
    "intermediate value": lambda study: study._storage.set_trial_intermediate_value(study.trials[6]._trial_id, 1, 0.5),
    "create": lambda study: optuna.create_study(study_name="mine", storage=study._storage),
    "delete": lambda study: optuna.delete_study(study_name="digits/coarse", storage=study._storage),
    "optimize": lambda study: study.optimize(lambda _: 0.5, n_trials=1),
}


@pytest.mark.parametrize("write", WRITES)
def test_every_write_is_refused(unchanging: tuple[Engine, Load], write: str) -> None:
    engine, load = unchanging
    before = everything(engine)
    random.seed(8038)  # Optuna sleeps for a random time between its five tries to create a trial: a short one
    with pytest.raises(optuna.exceptions.StorageInternalError) as caught:
        WRITES[write](load("digits/coarse"))
    # An upsert is refused before the views are asked: it wants a unique constraint, which a view cannot have.
    upsert = write == "trial's attribute"
    reason = "no unique or exclusion constraint" if upsert else "Optuna may read them and not write"
    assert reason in str(caught.value.__cause__)
    assert everything(engine) == before


@pytest.mark.parametrize("change", ["INSERT INTO optuna.{} SELECT * FROM optuna.{}", "DELETE FROM optuna.{}"])
def test_every_view_refuses_plain_statements(unchanging: tuple[Engine, Load], change: str) -> None:
    engine, _ = unchanging
    before = everything(engine)
    for view in inspect(engine).get_view_names("optuna"):
        with engine.connect() as connection:
            if connection.execute(text("SELECT FROM optuna.{} LIMIT 1".replace("{}", view))).first() is None:
                continue  # nothing to delete or to copy
            with pytest.raises(DBAPIError, match="Optuna may read them and not write"):
                connection.execute(text(change.replace("{}", view)))
    assert everything(engine) == before


def everything(engine: Engine) -> str:
    """All rows of all tables."""
    queries = [table.select().order_by(*table.primary_key) for table in METADATA.sorted_tables]
    with engine.connect() as connection:
        return repr([connection.execute(query).all() for query in queries])
