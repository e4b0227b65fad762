"""The settings and the policies, with their mistakes in plain words. Nothing here needs a server."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING

from cli.shell.errors import BadInputError, reasons

if TYPE_CHECKING:
    from adapters.settings.settings import Settings
    from dunning.policy.file import Policy
    from dunning.policy.finding import Finding
    from operations.policies.plans import Policies


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of environment and file. Raises BadInputError with a line per wrong one."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from adapters.settings.settings import Settings, no_json

    try:
        return Settings()
    except ValidationError as error:
        raise BadInputError("\n".join(f"setting {_named(line)}" for line in reasons(error))) from None
    except SettingsError as error:
        raise BadInputError(no_json(error)) from None
    except tomllib.TOMLDecodeError as error:
        raise BadInputError(f"the settings file (REPRIEVE_CONFIG or reprieve.toml) is not TOML: {error}") from None


def _named(line: str) -> str:
    name, _, reason = line.partition(":")
    return f"REPRIEVE_{name.upper()}:{reason}" if reason else line


def policies() -> Policies:
    """What may be asked about policies, of the folder that the settings name."""
    from adapters.settings.policies import PolicyFolder
    from operations.policies.plans import Policies

    return Policies(PolicyFolder(settings().policies, _texts))


def _texts(policy: Policy) -> list[Finding]:
    """What is wrong with the notices of a policy; loads what writes notices only once there is a policy to read."""
    from adapters.templates.announced import texts_of

    return texts_of(settings())(policy)
