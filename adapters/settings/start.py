"""The settings as a program reads them when it starts: all of them good, or a sentence for each that is not."""

import os
import re
import ssl
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError
from pydantic_settings import SettingsError

from adapters.settings.forms import host_and_port
from adapters.settings.settings import CONFIG, PREFIX, Settings
from dunning.mistakes import why
from dunning.visible import in_a_line

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_ALIKE = 0.88
"""So much of a name is the same when it is that name, misspelt."""
_LONGEST = 300
_TEMPORAL = "TEMPORAL_ADDRESS"
_ITS_NAME = re.compile(r"([a-z0-9_]+): (.+)", re.DOTALL)


class WrongSettingsError(Exception):
    """They cannot be used; the text has a line for each that is wrong, and no value that may be secret."""


def read(*, store: bool = True) -> Settings:
    """Raises WrongSettingsError. `store`: look at its address, too; what needs no store is spared loading that."""
    if lines := [*_file_is_missing(), *_misspelt(), *_no_temporal()]:
        raise WrongSettingsError("\n".join(lines))
    settings = _parsed()
    refuse(dict([*_no_authority(settings), *(_no_store(settings) if store else ())]))
    return settings


def refuse(wrong: Mapping[str, str]) -> None:
    """Raises WrongSettingsError if there is any. `wrong`: why, by the field's name."""
    if wrong:
        raise WrongSettingsError("\n".join(wrong_setting(name, reason) for name, reason in wrong.items()))


def wrong_setting(name: str, reason: str) -> str:
    """The sentence about one, by its field's name."""
    return f"setting {PREFIX}{in_a_line(name.upper())[:_LONGEST]}: {in_a_line(reason)[:_LONGEST]}"


def _parsed() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        raise WrongSettingsError("\n".join(map(_sentence, error.errors()))) from None
    except SettingsError as error:
        found = re.search(r'field "(\w+)"', str(error))
        raise WrongSettingsError(
            wrong_setting(found[1] if found else "...", "it is no JSON; a list is written '[\"...\"]'")
        ) from None
    except RecursionError:
        raise WrongSettingsError("one of the settings has brackets in brackets without end") from None
    except ValueError as error:  # of tomllib: also for bytes that are no text, and numbers of thousands of digits
        raise WrongSettingsError(f"the settings file ({CONFIG} or reprieve.toml) is not TOML: {error}") from None
    except OSError as error:
        raise WrongSettingsError(
            f"the settings file ({CONFIG} or reprieve.toml) cannot be read: {error.strerror}"
        ) from None


def _sentence(error: "ErrorDetails") -> str:
    name, reason = "_".join(str(part) for part in error["loc"]), why(error)
    found = None if name else _ITS_NAME.fullmatch(reason)  # what is wrong between several names itself
    return wrong_setting(found[1], found[2]) if found else wrong_setting(name, reason)


def _file_is_missing() -> Iterator[str]:
    named = os.environ.get(CONFIG)
    if named is not None and (not Path(named).exists() or Path(named).is_dir()):
        yield f"setting {CONFIG}: there is no such file"


def _no_temporal() -> Iterator[str]:
    """The SDK reads this one itself, and says no more than that it is a URL that is none."""
    try:
        host_and_port(os.environ.get(_TEMPORAL) or "localhost:7233")
    except ValueError as error:
        yield f"setting {_TEMPORAL}: {error}"


def _misspelt() -> Iterator[str]:
    """A name of the environment that is none of ours, and nearly one: what it says would not be heard."""
    known = [name.upper() for name in Settings.model_fields]
    for name in sorted(os.environ):
        ours = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and name != CONFIG and ours not in known:
            for meant in get_close_matches(ours, known, 1, _ALIKE):
                yield wrong_setting(ours, f"there is none of that name; is {PREFIX}{meant} meant?")


def _no_store(settings: Settings) -> Iterator[tuple[str, str]]:
    from adapters.store.database.engine import database  # noqa: PLC0415 - as above

    try:
        database(settings.store_url)
    except ValueError as error:
        yield "store_url", str(error)


def _no_authority(settings: Settings) -> Iterator[tuple[str, str]]:
    files = {"paypal_ca_file": settings.paypal_ca_file}
    files |= {f"panels_{name}_ca_file": panel.ca_file for name, panel in settings.panels.items()}
    for name, file in files.items():
        if file and not _is_authority(file):
            yield name, "there are no certificates in that file (PEM), or it cannot be read"


def _is_authority(file: Path) -> bool:
    try:
        return bool(ssl.create_default_context(cafile=file).get_ca_certs())
    except (OSError, ValueError):
        return False
