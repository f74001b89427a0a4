"""A holder's name tells processes apart, and a dead one is known as dead only when that is sure."""

import subprocess
import sys

from hpsearch.conductor.holder import shown, surely_dead, this_process

NAME_ITSELF = "from hpsearch.conductor.holder import this_process; print(this_process(), flush=True); input()"


def child() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", NAME_ITSELF], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_this_process_is_alive_and_has_one_name() -> None:
    assert this_process() == this_process()
    assert not surely_dead(this_process())


def test_a_killed_process_is_dead_even_before_it_is_waited_for() -> None:
    with child() as process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        assert name != this_process()
        assert not surely_dead(name)
        process.kill()
        process.wait()
    assert surely_dead(name)


def test_a_process_id_that_was_given_again_is_another_process() -> None:
    machine, pid, _ = this_process().split("#")
    assert surely_dead(f"{machine}#{pid}#1.00")


def test_nothing_is_known_of_other_machines_and_unreadable_names() -> None:
    _, pid, started = this_process().split("#")
    for name in (f"elsewhere/boot/ns#{pid}#{started}", "", "nonsense", f"{this_process().split('#')[0]}#x#y"):
        assert not surely_dead(name)


def test_a_name_for_people() -> None:
    assert shown("box/boot/ns#12#34.5") == "process 12 on box"
