"""`secrets`: what nobody guesses, for the settings."""

from cli.shell.options import Json
from cli.shell.output import print_json, say


def secrets(*, json: Json = False) -> None:
    """Print a new secret for each setting that needs one of your own, a line each, as a shell reads it.

    Nothing is kept and nothing is changed. Secrets that come from Stripe, PayPal or a panel are theirs to make.
    """
    import shlex

    from adapters.settings.strength import MAKERS

    made = {name: make() for name, make in MAKERS.items()}
    if json:
        print_json(made)
        return
    say(*(f"export {name}={shlex.quote(value)}" for name, value in made.items()), sep="\n")
