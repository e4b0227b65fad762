"""The settings and the policies, with their mistakes in plain words. Nothing here needs a server."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cli.shell.errors import BadInputError

if TYPE_CHECKING:
    from adapters.settings.settings import Settings
    from dunning.policy.file import Policy
    from dunning.policy.finding import Finding
    from operations.policies.plans import Policies


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of environment and file. Raises BadInputError with a line per wrong one."""
    from adapters.settings import start

    try:
        return start.read(store=False)
    except start.WrongSettingsError as error:
        raise BadInputError(str(error)) from None


def policies() -> Policies:
    """What may be asked about policies, of the folder that the settings name."""
    from adapters.settings.policies import PolicyFolder
    from operations.policies.plans import Policies

    return Policies(PolicyFolder(settings().policies, _texts))


def _texts(policy: Policy) -> list[Finding]:
    """What is wrong with the notices of a policy; loads what writes notices only once there is a policy to read."""
    from adapters.templates.announced import texts_of

    return texts_of(settings())(policy)
