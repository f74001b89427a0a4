"""What a program may rely on."""

import hpsearch.client
from hpsearch.client import Client


def test_the_public_names_are_all_there() -> None:
    assert all(hasattr(hpsearch.client, name) for name in hpsearch.client.__all__)
    assert hpsearch.client.__all__ == sorted(hpsearch.client.__all__)
    calls = {name for name in vars(Client) if not name.startswith("_")}
    assert calls == {
        *("submit", "validate", "network", "studies", "named", "study", "stages", "trials", "trial", "report"),
        *("report_text", "events", "wait", "cancel", "pause", "resume", "delete", "close", "url"),
        *("check", "begin_check", "check_ended", "checks", "delete_check"),
    }
