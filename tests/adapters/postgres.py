"""A PostgreSQL of the tests' own: started once in a temporary folder, reached by its socket only, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

# Nothing here has to survive a power failure.
_SETTINGS = ("listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=16MB")
_OPTIONS = [word for setting in _SETTINGS for word in ("-c", setting)]

# The server ends with its keeper, and the keeper when its input is closed: also when the tests are killed.
# SIGQUIT: at once, nobody needs what is not written yet.
_KEEPER = '"$0" "$@" & read -r _; kill -QUIT $!; wait $!; rm -rf "$PWD"'


class Cluster:
    """A running server, by the folder of its socket."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def run(self, statement: str, database: str = "postgres") -> None:
        # A test that left a transaction open shall fail the next statement, not hang it.
        place = f"host={self.folder} user=postgres dbname={database} options='-c lock_timeout=5s'"
        with psycopg.connect(place, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def cluster() -> Generator[Cluster]:
    """Start a server and stop it again. Where there is none, its tests are skipped, but never in CI."""
    initdb, postgres = _binary("initdb"), _binary("postgres")
    folder = Path(tempfile.mkdtemp(prefix="reprieve-pg-"))  # short: a socket's path has 107 bytes at most
    try:
        who = _somebody(folder)
        _initialise(initdb, folder, who)
        with (folder / "log").open("w") as log:
            call = ["sh", "-c", _KEEPER, postgres, "-D", "data", "-k", str(folder), *_OPTIONS]
            pipe = subprocess.PIPE
            keeper = subprocess.Popen(
                call, cwd=folder, stdin=pipe, stdout=log, stderr=log, start_new_session=True, **who
            )
        try:
            yield _ready(Cluster(folder), folder / "log")
        finally:
            keeper.communicate(timeout=30)  # closes its input, and waits
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # the keeper did it, if it came to start


def _binary(name: str) -> str:
    debian = [str(path) for path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}")]
    found = [path for path in (shutil.which(name), *sorted(debian, reverse=True)) if path]
    if found:
        return found[0]
    words = f"PostgreSQL's {name} is missing here: `apt-get install postgresql` to run its tests, too"
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)


def _somebody(folder: Path) -> dict[str, Any]:
    """Whom to run the server as: PostgreSQL refuses root."""
    if os.getuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _initialise(initdb: str, folder: Path, who: dict[str, Any]) -> None:
    call = [initdb, "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False, **who)
    if done.returncode:
        pytest.fail(f"initdb ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")


def _ready(server: Cluster, log: Path) -> Cluster:
    deadline = time.monotonic() + 30
    while True:
        try:
            server.run("select 1")
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                pytest.fail(f"PostgreSQL does not answer:\n{log.read_text()}")
            time.sleep(0.05)
        else:
            return server
