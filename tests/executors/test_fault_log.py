"""The sentence that a user reads when a worker died."""

from pathlib import Path

from hpsearch.executors.fault_log import OTHERS, oom_kills, why_it_died

RAY_SAYS = "The actor is dead because its worker process has died. Worker exit type: SYSTEM_ERROR Worker exit detail: "


def test_a_signal_is_named_with_the_users_line(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(
        "Fatal Python error: Segmentation fault\n\nStack (most recent call first):\n"
        f'  File "{OTHERS[1]}/ctypes/__init__.py", line 519 in string_at\n'
        '  File "/home/me/mymodel.py", line 31 in forward\n'
        f'  File "{OTHERS[0]}/training/member.py", line 9 in run\n'
    )
    assert why_it_died(RAY_SAYS, log) == "Segmentation fault in forward (/home/me/mymodel.py:31)"


def test_without_a_line_of_the_user_the_innermost_one_is_named(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(f'Fatal Python error: Aborted\n\n  File "{OTHERS[0]}/training/member.py", line 9 in run\n')
    assert why_it_died(RAY_SAYS, log) == f"Aborted in run ({OTHERS[0]}/training/member.py:9)"


def test_without_a_trace_it_says_what_that_can_mean(tmp_path: Path) -> None:
    assert "os._exit" in why_it_died(RAY_SAYS + "Worker unexpectedly exits. End of file.", tmp_path / "none")
    assert "os._exit" in why_it_died("", tmp_path / "none")


def test_an_exit_code_is_named(tmp_path: Path) -> None:
    message = RAY_SAYS + "Worker exits unexpectedly. Worker exits with an exit code 3."
    assert "exit code 3" in why_it_died(message, tmp_path / "none")


def test_lack_of_memory_is_named(tmp_path: Path) -> None:
    message = "Task was killed due to the node running low on memory.\nMemory on the node was 95 %."
    assert "memory" in why_it_died(message, tmp_path / "none")


def test_an_exception_is_passed_on(tmp_path: Path) -> None:
    assert why_it_died("MemoryError: no room for 3 GB", tmp_path / "none") == "MemoryError: no room for 3 GB"


def test_the_kernels_kills_are_counted_in_the_narrowest_group_that_counts(tmp_path: Path) -> None:
    assert oom_kills(tmp_path) == 0
    group = tmp_path / "sys/fs/cgroup/user/ours"
    for folder in (group, tmp_path / "proc/self"):
        folder.mkdir(parents=True)
    (tmp_path / "proc/vmstat").write_text("pgfault 12345\noom_kill 7\n")
    assert oom_kills(tmp_path) == 7
    (tmp_path / "proc/self/cgroup").write_text("4:memory:/elsewhere\n0::/user/ours\n")
    assert oom_kills(tmp_path) == 7
    (group.parent / "memory.events").write_text("oom 5\noom_kill 3\noom_group_kill 9\n")
    assert oom_kills(tmp_path) == 3
    (group / "memory.events").write_text("oom 1\noom_kill 0\noom_group_kill 0\n")
    assert oom_kills(tmp_path) == 0
