"""The environment becomes settings, or a message for every variable that cannot be used."""

from pathlib import Path

import pytest

from hpsearch.errors import DefinitionError
from hpsearch.settings import Settings, require_writable_home, settings_of, without_password

KEY = f"hps_{'a' * 8}_{'B-_' * 14}9"


def test_nothing_set_means_the_defaults() -> None:
    settings = settings_of({})
    assert settings == Settings(home=Path("~/.hpsearch").expanduser())
    assert settings.database_shown == str(settings.home / "postgres")
    assert settings.lease_s == 15


def test_empty_variables_count_as_absent() -> None:
    names = (
        *("HPSEARCH_HOME", "HPSEARCH_DATABASE_URL", "HPSEARCH_DATABASE_URL_FILE", "HPSEARCH_RAY_ADDRESS"),
        *("HPSEARCH_LEASE_SECONDS", "HPSEARCH_DATA", "HPSEARCH_FACTORIES", "HPSEARCH_HOSTS", "HPSEARCH_SERVER"),
        *("HPSEARCH_KEY", "HPSEARCH_KEY_FILE"),
    )
    assert settings_of(dict.fromkeys(names, "")) == settings_of({})


def test_everything_set(tmp_path: Path) -> None:
    settings = settings_of(
        {
            "HPSEARCH_HOME": str(tmp_path / "new"),
            "HPSEARCH_DATABASE_URL": "postgresql://ann@db:5432/hp",
            "HPSEARCH_RAY_ADDRESS": "10.0.0.1:6379",
            "HPSEARCH_LEASE_SECONDS": "2.5",
            "HPSEARCH_DATA": str(tmp_path),
            "HPSEARCH_FACTORIES": "my.networks:build, mydata:load,",
            "HPSEARCH_HOSTS": "HP.example, localhost",
            "HPSEARCH_SERVER": "https://hp.example:8443/",
            "HPSEARCH_KEY": KEY,
        }
    )
    assert settings == Settings(
        tmp_path / "new",
        "postgresql+psycopg://ann@db:5432/hp",
        "10.0.0.1:6379",
        2.5,
        tmp_path,
        frozenset({"my.networks:build", "mydata:load"}),
        frozenset({"hp.example", "localhost"}),
        "https://hp.example:8443",
        KEY,
    )


def test_a_relative_home_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert settings_of({"HPSEARCH_HOME": "state"}).home == tmp_path / "state"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_usual_scheme_leads_to_the_installed_driver(scheme: str) -> None:
    assert settings_of({"HPSEARCH_DATABASE_URL": f"{scheme}:///hp"}).database_url == "postgresql+psycopg:///hp"


@pytest.mark.parametrize(
    "url", ["mysql://ann:secret@db/hp", "secret", "postgresql://ann:secret@db:port/hp", "postgresql://ann:secret@[db"]
)
def test_what_is_no_postgres_url_is_refused_without_showing_a_password(url: str) -> None:
    with pytest.raises(DefinitionError, match=r"HPSEARCH_DATABASE_URL: .*postgresql://USER") as caught:
        settings_of({"HPSEARCH_DATABASE_URL": url})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("lease", ["soon", "0", "-1", "nan", "inf", "3601"])
def test_a_lease_is_a_sensible_number_of_seconds(lease: str) -> None:
    with pytest.raises(DefinitionError, match=r"HPSEARCH_LEASE_SECONDS: .*1 to 3600 seconds"):
        settings_of({"HPSEARCH_LEASE_SECONDS": lease})


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(DefinitionError) as caught:
        settings_of({"HPSEARCH_HOME": str(file), "HPSEARCH_DATABASE_URL": "x", "HPSEARCH_LEASE_SECONDS": "x"})
    assert [problem.path for problem in caught.value.problems] == [
        "HPSEARCH_HOME",
        "HPSEARCH_DATABASE_URL",
        "HPSEARCH_LEASE_SECONDS",
    ]


def test_a_home_below_a_file_or_of_an_unknown_user_is_told(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="HPSEARCH_HOME"):
        settings_of({"HPSEARCH_HOME": "~nobody-of-that-name/x"})


def test_a_home_that_cannot_be_written_is_told_and_no_trace_is_left(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"HPSEARCH_HOME: .*cannot be written"):
        require_writable_home(settings_of({"HPSEARCH_HOME": "/proc/x"}))
    require_writable_home(settings_of({"HPSEARCH_HOME": str(tmp_path / "a" / "b")}))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+psycopg://ann:s%40@db:5432/hp", "postgresql+psycopg://ann:***@db:5432/hp"),
        ("postgresql://ann@db/hp", "postgresql://ann@db/hp"),
        ("postgresql:///hp?host=/run&password=s", "postgresql:///hp?host=/run&password=***"),
        ("postgresql://[::1]/hp", "postgresql://[::1]/hp"),
        ("postgresql:///hp", "postgresql:///hp"),
    ],
)
def test_passwords_are_hidden(url: str, shown: str) -> None:
    assert without_password(url) == shown
    assert Settings(Path("/x"), url).database_shown == shown


def test_a_folder_of_data_must_exist(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name in ("absent", "file"):
        with pytest.raises(DefinitionError, match=r"HPSEARCH_DATA: .*no such folder"):
            settings_of({"HPSEARCH_DATA": str(tmp_path / name)})


def test_links_in_the_path_of_the_data_folder_are_followed_once_and_for_all(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert settings_of({"HPSEARCH_DATA": str(tmp_path / "link")}).data_folder == (tmp_path / "real").resolve()


@pytest.mark.parametrize("name", ["build", "my-module:build", "m:b:c", "os", "m:", ":b", "m:b()", ".m:b", "m:b\n"])
def test_a_factory_that_is_no_import_path_is_told(name: str) -> None:
    found = f"fine:build,{name},other:load"
    if name.strip() == name:
        with pytest.raises(DefinitionError, match=r"HPSEARCH_FACTORIES: .*module:callable") as caught:
            settings_of({"HPSEARCH_FACTORIES": found})
        assert len(caught.value.problems) == 1
    else:
        assert settings_of({"HPSEARCH_FACTORIES": found}).factories == {"fine:build", name.strip(), "other:load"}


@pytest.mark.parametrize(
    "url",
    [
        "hp.example",
        "ftp://hp.example",
        "http://",
        "https://hp:port",
        "http://[::1",
        "http://ann:secret@hp",
        "secret@hp",
    ],
)
def test_what_is_no_address_of_a_service_is_refused_without_showing_a_password(url: str) -> None:
    with pytest.raises(DefinitionError, match=r"HPSEARCH_SERVER: .*http://HOST") as caught:
        settings_of({"HPSEARCH_SERVER": url})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("key", ["secret", KEY[:-1], KEY + "=", "hps " + KEY[4:], KEY + "\n"])
def test_what_is_no_key_is_refused_and_never_shown(key: str) -> None:
    with pytest.raises(DefinitionError, match="HPSEARCH_KEY: this is not a key") as caught:
        settings_of({"HPSEARCH_KEY": key})
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "content"), [("HPSEARCH_KEY", KEY), ("HPSEARCH_DATABASE_URL", "postgresql+psycopg://ann:secret@db/hp")]
)
def test_secrets_come_from_files_too_but_not_from_both(tmp_path: Path, variable: str, content: str) -> None:
    file = tmp_path / "secret.txt"
    file.write_text(f"{content}\n")
    settings = settings_of({f"{variable}_FILE": str(file)})
    assert content in (settings.key, settings.database_url)
    assert content not in repr(settings)
    with pytest.raises(DefinitionError, match=rf"{variable}_FILE: {variable} is set as well") as caught:
        settings_of({f"{variable}_FILE": str(file), variable: content})
    assert content not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\n", b"secret one\nsecret two\n", b"\xff\xfesecret", b"secret" * 2000])
def test_a_file_that_holds_no_secret_is_told_and_not_shown(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(DefinitionError, match="HPSEARCH_KEY_FILE: this file") as caught:
        settings_of({"HPSEARCH_KEY_FILE": str(file)})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["absent", ".", "a" * 300])
def test_a_file_with_a_secret_must_be_readable(tmp_path: Path, name: str) -> None:
    with pytest.raises(DefinitionError, match="HPSEARCH_KEY_FILE"):
        settings_of({"HPSEARCH_KEY_FILE": str(tmp_path / name)})


@pytest.mark.parametrize("host", ["http://hp.example", "hp.example:8000", "hp example", "*", "-hp", "::1"])
def test_hosts_are_bare_names(host: str) -> None:
    with pytest.raises(DefinitionError, match=r"HPSEARCH_HOSTS: .*without scheme and port"):
        settings_of({"HPSEARCH_HOSTS": f"fine.example,{host}"})
