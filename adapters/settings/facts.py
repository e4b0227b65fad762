"""What has to be set, so that cases know who tells them something (`dunning.signatures`)."""

from adapters.settings.settings import Settings

_MISSING = (
    "without one no signal and no update can be checked: `starter.py secrets` makes one, the same for worker, "
    "portal and command line; or set REPRIEVE_UNSIGNED_FACTS=accept, if nobody else reaches Temporal"
)


def facts_mistakes(settings: Settings) -> dict[str, str]:
    """Why worker and portal cannot start, by the setting's name; nothing when they can."""
    accepts = settings.unsigned_facts == "accept"
    return {} if settings.facts_secrets or accepts else {"facts_secrets": _MISSING}
