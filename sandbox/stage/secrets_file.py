"""The secrets of a machine on which everything runs: made once, kept in a file that only its owner reads."""

import os
import secrets
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path

from adapters.settings.strength import MAKERS

_MADE: Mapping[str, Callable[[], str]] = {
    **MAKERS,
    "REPRIEVE_STRIPE_WEBHOOK_SECRETS": lambda: f'["whsec_{secrets.token_hex(24)}"]',
}
"""What each is made of at the first run. Of Stripe's only the stand-in knows it."""


def kept_secrets(file: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Those of the file, made where one is missing; what is `given` is neither made nor kept.

    A link that was mailed is good only as long as its secret stays: so none is ever made anew. Raises OSError.
    """
    known = _read(file) if file.exists() else {}
    wanted = {name: known.get(name) or make() for name, make in _MADE.items() if name not in given}
    if wanted.items() - known.items():
        write_exports(file, known | wanted)
    return wanted


def _read(file: Path) -> dict[str, str]:
    lines = (line.removeprefix("export ").partition("=") for line in file.read_text().splitlines() if "=" in line)
    return {name: "".join(shlex.split(value)) for name, _, value in lines}


def write_exports(file: Path, values: Mapping[str, str]) -> None:
    """For a shell, and for nobody else's eyes; at once or not at all: half a file would be another set of secrets."""
    fresh = file.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.writelines(f"export {name}={shlex.quote(value)}\n" for name, value in values.items())
    fresh.replace(file)
