"""Every scenario with its two doses: the small one of each test run, and the full one."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.api_killed import api_killed
from tests.faults.cancel_races import cancel_races
from tests.faults.conductor_killed import conductor_killed
from tests.faults.conductor_stopped import conductor_stopped
from tests.faults.database_stopped import database_stopped
from tests.faults.figures import Figures
from tests.faults.ray_nodes_killed import ray_nodes_killed
from tests.faults.ray_trials_killed import ray_trials_killed
from tests.faults.service import Service
from tests.faults.two_conductors import two_conductors


@dataclass(frozen=True)
class Dose:
    """How many faults of one kind."""

    scenario: Callable[[Service, int, int], Figures]
    small: int
    full: int


DOSES = (
    Dose(conductor_killed, 12, 200),
    Dose(conductor_stopped, 2, 30),
    Dose(two_conductors, 10, 50),
    Dose(cancel_races, 24, 200),
    Dose(database_stopped, 8, 100),
    Dose(api_killed, 4, 50),
    Dose(ray_trials_killed, 2, 20),
    Dose(ray_nodes_killed, 1, 6),
)
