"""Stripe's two modes: money of one is none in the other, and a key belongs to one of them."""

from pydantic import SecretStr


def is_live(key: SecretStr) -> bool:
    """Whether the key moves real money; one of test mode, or of a stand-in, does not."""
    return "_live_" in key.get_secret_value()


def named(*, live: bool) -> str:
    """The mode in words."""
    return "live mode" if live else "test mode"


def other_mode(*, told: bool, live: bool) -> str:
    """What is wrong when something of another mode is told to whoever has a key of the mode `live`."""
    return (
        f"it is of Stripe's {named(live=told)}, and REPRIEVE_STRIPE_KEY is of {named(live=live)}: nothing was counted; "
        "set the key and the webhook secrets of one mode"
    )
