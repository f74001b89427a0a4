"""How fast a round went and what limited it, in words."""

from hpsearch.speed import Speed

MOSTLY = 0.75
"""Where workers trained for this share of their time, nothing else limited the speed (heuristic)."""


def speed_words(speed: Speed) -> str:
    """Rate, size of cohorts, share of training, and what limited the speed; a reason in it may be any text."""
    told = (*speed_facts(speed), limit_words(speed))
    if speed.alone:
        told += (f"{speed.alone} trained alone, not as one network: {speed.alone_because or 'not known'}",)
    return "; ".join(told)


def speed_facts(speed: Speed) -> tuple[str, ...]:
    """The three figures."""
    workers = "1 worker" if speed.workers == 1 else f"{speed.workers} workers"
    members = f"{_rounded(speed.members)} {'member' if speed.members == 1 else 'members'} per cohort"
    return (
        f"{_rounded(speed.per_minute)} trials per minute on {workers}",
        members,
        f"{speed.share_training:.0%} of the time spent training",
    )


def is_busy(speed: Speed) -> bool:
    """Whether nothing but the training itself limited the speed."""
    return speed.share_training >= MOSTLY


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{round(value, 1):g}"


def limit_words(speed: Speed) -> str:
    """What took most of the time that was not spent training, as a share of the time of all workers.

    By a rule (heuristic): training itself, where it took three quarters; else the largest of what is told apart.
    """
    if is_busy(speed):
        return "limited by the training itself"
    shares = {
        "waiting for workers to start": speed.share(speed.starting_s * speed.workers),
        "measuring how to train fastest": speed.share(speed.measuring_s * speed.workers),
        "workers that had nothing left to train": speed.share(speed.ending_s),
    }
    rest = max(0.0, 1 - speed.share_training - sum(shares.values()))
    shares["what lies between trainings: loading, storing, handing over"] = rest
    name, share = max(shares.items(), key=lambda entry: entry[1])
    return f"limited by {name}: {share:.0%} of the time"
