"""Write the next revision after a change of `tables.py`: `python -m adapters.store.revise "Say why"`."""

import sys
import tempfile

from alembic import command

from adapters.store.schema import run_alembic, upgrade


def revise(why: str) -> None:
    """Write the revision that leads from the last one to `tables.py`, for the developer to read and correct."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/empty.db"
        upgrade(url)
        run_alembic(url, lambda config: command.revision(config, why, autogenerate=True))


if __name__ == "__main__":
    revise(" ".join(sys.argv[1:]))
