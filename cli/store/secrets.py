"""`secrets`: what nobody guesses, for the settings."""

from typing import Annotated

from cyclopts import Parameter

from cli.shell.options import Json
from cli.shell.output import print_json, say


def secrets(
    *,
    codec: Annotated[
        bool, Parameter(negative="", help="Instead, a key that encrypts what Temporal keeps, and the token to read it.")
    ] = False,
    json: Json = False,
) -> None:
    """Print a new secret for each setting that needs one of your own, a line each, as a shell reads it.

    Nothing is kept and nothing is changed: write them to a file that only you can read, and give the same ones to
    worker, portal and command line. Secrets that come from Stripe, PayPal or a panel are theirs to make. How those
    of links and facts, and the codec's keys, are changed later stands in docs/security.md.
    """
    import shlex

    from adapters.settings.strength import CODEC_MAKERS, MAKERS

    made = {name: make() for name, make in (CODEC_MAKERS if codec else MAKERS).items()}
    if json:
        print_json(made)
        return
    say(*(f"export {name}={shlex.quote(value)}" for name, value in made.items()), sep="\n")
