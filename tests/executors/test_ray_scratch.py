"""The folder of a local Ray: short enough for sockets, and gone with its owner."""

import subprocess
import sys
from pathlib import Path

from hpsearch.executors.ray_scratch import BELOW_FOLDER, LONGEST_SOCKET, PREFIX, scratch_folder

OWNER = """
import sys, time
from pathlib import Path
from hpsearch.executors.ray_scratch import scratch_folder
with scratch_folder(Path(sys.argv[1])) as folder:
    print(folder, flush=True)
    time.sleep(600)
"""


def test_it_lies_below_home_and_goes_with_everything_in_it(short_home: Path) -> None:
    with scratch_folder(short_home) as folder:
        (folder / "logs").mkdir()
        (folder / "logs" / "raylet.out").touch()
        assert folder.is_relative_to(short_home)
    assert list(short_home.rglob("*")) == [short_home / "ray"]


def test_sockets_fit_below_it_wherever_home_is(tmp_path: Path) -> None:
    home = tmp_path / ("x" * 100)
    home.mkdir()
    with scratch_folder(home) as folder:
        assert len(str(folder)) + BELOW_FOLDER <= LONGEST_SOCKET
        assert not folder.is_relative_to(home)
    assert not folder.exists()


def test_leftovers_of_a_killed_owner_go_and_those_of_a_living_one_stay(short_home: Path) -> None:
    owners = [
        subprocess.Popen([sys.executable, "-c", OWNER, str(short_home)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    try:
        folders = [Path(owner.stdout.readline().strip()) for owner in owners if owner.stdout]
        owners[0].kill()
        owners[0].wait()
        assert all(folder.is_dir() for folder in folders)
        with scratch_folder(short_home) as mine:
            assert {folder.name for folder in (short_home / "ray").iterdir()} == {folders[1].name, mine.name}
        assert mine.name.startswith(PREFIX)
    finally:
        for owner in owners:
            owner.kill()
            owner.communicate()
