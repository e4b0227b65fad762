"""The operator's command line. `starter.py --help` lists the commands; `starter.py COMMAND --help` explains one.

Exit status: 0 done, 2 bad input or refused (nothing wrong with the machinery), 1 an outage (try again later), 130
interrupted (Ctrl-C).
"""

import inspect
import os
import sys
from collections.abc import Sequence
from typing import Any

from cyclopts import App, CycloptsError, Group, MissingArgumentError, Parameter, UnusedCliTokensError

from cli.shell.acting import run_signed
from cli.shell.errors import BAD_INPUT, FAILED, INTERRUPTED, CommandError, plainly
from cli.shell.output import complain
from cli.shell.permissions import NOT_PEOPLE
from cli.shell.recording import LOOKS, Deed

_POLICIES, _CASES, _SUBSCRIPTIONS, _DECISIONS, _HOLDS, _ACCOUNTS, _STAFF, _STORE = (
    Group(name, sort_key=place)
    for place, name in enumerate(
        (
            "Policies",
            "Invoices",
            "Subscriptions",
            "Decisions of people",
            "Holds on accounts",
            "Accounts",
            "Staff",
            "The store",
        )
    )
)
_COMMANDS = (
    ("plan", "cli.policies.plan:plan", "Show what a policy does to an unpaid invoice, and when.", _POLICIES),
    (
        "rehearse",
        "cli.policies.rehearse:rehearse",
        "Play an invoice's whole life on virtual time; nothing is kept.",
        _POLICIES,
    ),
    ("policies", "cli.policies.policies:policies", "List the policies, and whether each may be used.", _POLICIES),
    ("check", "cli.policies.policies:check", "Check one policy file.", _POLICIES),
    ("diff", "cli.policies.diff:diff", "Tell what another policy would do to the open invoices.", _POLICIES),
    (
        "replan",
        "cli.policies.replan:replan",
        "Let open invoices follow another policy, by a stated rule, with a notice to each customer.",
        _POLICIES,
    ),
    ("start", "cli.files.start:start", "Start the cases of a file of invoices (JSON, JSON lines, CSV).", _CASES),
    ("list", "cli.invoices.listing:list_", "List the cases that are running, or closed.", _CASES),
    ("find", "cli.invoices.find:find", "Find invoices and accounts by name, mail address, domain, user.", _CASES),
    ("report", "cli.invoices.report:report", "Tell what is owed, by account and by how long it has been due.", _CASES),
    (
        "forecast",
        "cli.invoices.forecast:forecast",
        "Tell what comes of all open invoices in the next days if nobody pays.",
        _CASES,
    ),
    ("cases", "cli.invoices.cases:cases", "Make the table that `list` reads anew from the cases.", _CASES),
    ("show", "cli.invoices.show:show", "Show an invoice: what happened, and what comes next.", _CASES),
    ("link", "cli.money.link:link", "Print the link to an invoice's pay page.", _CASES),
    ("pay", "cli.money.pay:pay", "Enter a payment.", _CASES),
    ("reverse", "cli.money.reversals:reverse", "Enter a payment that was taken back.", _CASES),
    ("restore", "cli.money.reversals:restore", "Enter money that came again after it was taken back.", _CASES),
    ("refund", "cli.money.refund:refund", "Give a payment, or a part of it, back through the gateway.", _CASES),
    ("credits", "cli.money.credits:credits_", "Show, add, use and pay out the credit of an account.", _CASES),
    ("tickets", "cli.invoices.tickets:tickets", "List what waits for a person, and close it.", _CASES),
    (
        "notices",
        "cli.invoices.notices:notices",
        "Look at notices: all that a policy sends, and each that was sent.",
        _CASES,
    ),
    ("sweep", "cli.money.sweep:sweep", "Compare the gateway's books with ours now, and heal.", _CASES),
    (
        "subscribe",
        "cli.subscriptions.subscribe:subscribe",
        "Begin a subscription, or those of a file: each renewal becomes an invoice.",
        _SUBSCRIPTIONS,
    ),
    (
        "subscriptions",
        "cli.subscriptions.listing:subscriptions",
        "List subscriptions, or show one.",
        _SUBSCRIPTIONS,
    ),
    (
        "change",
        "cli.subscriptions.changes:change",
        "Change what a subscription asks for from its next renewal on, with a quote before.",
        _SUBSCRIPTIONS,
    ),
    ("pause", "cli.subscriptions.changes:pause", "Pause a subscription until a day.", _SUBSCRIPTIONS),
    (
        "cancel",
        "cli.subscriptions.changes:cancel",
        "End a subscription with what is billed, or now.",
        _SUBSCRIPTIONS,
    ),
    (
        "processor-subscription",
        "cli.processors.processor_subscription:processor_subscription",
        "Say which account a subscription pays for that PayPal or Stripe runs.",
        _SUBSCRIPTIONS,
    ),
    (
        "promise",
        "cli.decisions.decisions:promise",
        "Take a promise to pay: nothing happens until its day is over.",
        _DECISIONS,
    ),
    ("waive", "cli.decisions.decisions:waive", "Do not ask for a charge any more, such as a late fee.", _DECISIONS),
    (
        "approve",
        "cli.decisions.decisions:approve",
        "Agree to a step that waits for approval, such as a deletion.",
        _DECISIONS,
    ),
    (
        "charge",
        "cli.decisions.decisions:charge",
        "Try a charge again that the gateway refused as malformed, or leave it out.",
        _DECISIONS,
    ),
    ("due", "cli.decisions.decisions:due", "Move the due date, and all steps to come with it.", _DECISIONS),
    ("void", "cli.decisions.decisions:void", "Declare an invoice a mistake.", _DECISIONS),
    ("undo", "cli.decisions.undo:undo", "Undo what a wrong run did; a dry run only lists it.", _DECISIONS),
    (
        "recover",
        "cli.decisions.recover:recover",
        "Let cases go on that the server ended before their time.",
        _DECISIONS,
    ),
    ("removals", "cli.decisions.removals:removals", "List the accounts that are due for deletion.", _CASES),
    ("why", "cli.invoices.why:why", "Tell why everything about an account or an invoice happened, with proof.", _CASES),
    ("window", "cli.windows.window:window", "Set and change maintenance windows, in which nobody can pay.", _DECISIONS),
    ("outages", "cli.windows.outage:outages", "List when customers could not pay, unplanned.", _CASES),
    ("outage", "cli.windows.outage:outage", "Write an outage down, or strike one out that was none.", _DECISIONS),
    ("secrets", "cli.store.secrets:secrets", "Print new secrets for the settings; nothing is kept.", _STORE),
    ("breaker", "cli.decisions.breaker:breaker", "Show and decide what the breaker stopped.", _DECISIONS),
    ("hold", "cli.holds.holding:hold", "Restrict an account for a reason that no payment lifts.", _HOLDS),
    ("lift", "cli.holds.holding:lift", "Lift such a hold; all others stay.", _HOLDS),
    ("drift", "cli.holds.drift:drift", "Look at all restricted services now, and repair what drifted.", _HOLDS),
    ("site", "cli.holds.site:site", "Show what a service's own site needs to know its level.", _HOLDS),
    ("account", "cli.accounts.account:account", "Show and change an account.", _ACCOUNTS),
    (
        "day-behind",
        "cli.accounts.day_behind:day_behind",
        "List whose payment always lands just after the reminder.",
        _ACCOUNTS,
    ),
    ("service", "cli.accounts.service:service", "Add, move and remove services of an account.", _ACCOUNTS),
    ("audit", "cli.audit.audit:audit", "Verify and show who decided what, and who was given access.", _STORE),
    ("user", "cli.staff.user:user", "Add, disable and list the users who decide.", _STAFF),
    ("store", "cli.store.store:store", "Bring the store into PostgreSQL; remove what was kept long enough.", _STORE),
)
VERSION = "Reprieve 0.1.0"
"""As in pyproject.toml, which not every installation has."""
_EPILOGUE = """\
Exit status: 0 done; 1 an outage, the same command may work later; 2 bad input, or refused; 130 interrupted.

Temporal is found through TEMPORAL_ADDRESS or temporal.toml, everything else through REPRIEVE_... or reprieve.toml.
"""

app = App(
    name="starter.py",
    help="Reprieve, durable dunning for hosting companies: start invoices, take payments, look and decide.",
    help_epilogue=_EPILOGUE,
    help_format="plaintext",
    version=lambda: VERSION,
    version_flags=("--version",),
    default_parameter=Parameter(negative=(), show_default=False),
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)
for name, place, text, group in _COMMANDS:
    # Loaded when it is called: --help needs neither Temporal's SDK nor a database.
    app.command(place, name=name, help=text, group=group)


def main(words: Sequence[str]) -> int:
    """Run one command. Mistakes and outages are told in plain lines on standard error."""
    if {"--help", "-h"} & set(words):
        _help_in_full(words)
    try:
        return _run(words) or 0
    except CycloptsError as error:
        return _fail(_explained(error), BAD_INPUT)
    except CommandError as error:
        return _fail(str(error), error.status)
    except BrokenPipeError:
        # Whoever read our output has enough. What is still buffered goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        return _fail("interrupted", INTERRUPTED)
    except Exception as error:
        told = plainly(error)
        if told is None:
            raise
        return _fail(str(told), told.status)


def _run(words: Sequence[str]) -> Any:
    """Run a command. One with a `--by` goes through the gate, whichever it is: none can forget that.

    So does every other one that does not only look: it is written down in the audit log.
    """
    run, given, _ = app.parse_args(words, print_error=False, exit_on_error=False)
    command = " ".join(app.parse_commands(words)[0])
    people = "by" in given.signature.parameters and command not in NOT_PEOPLE
    if people or (inspect.iscoroutinefunction(run) and command not in LOOKS):
        return run_signed(Deed(command, words, given), run)
    return app(words, print_error=False, exit_on_error=False)


def _help_in_full(words: Sequence[str]) -> None:
    """Let the command that was typed say all that its function says; in the list of commands it has one line."""
    command = app
    for word in words:
        if word.startswith("-") or word not in command:
            break
        command = command[word]
    text = inspect.getdoc(command.default_command) if command.default_command else None
    if text and command is not app:
        command.help = "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _explained(error: CycloptsError) -> str:
    words = " ".join(error.command_chain or ())
    text = str(error)
    if isinstance(error, MissingArgumentError) and error.argument:
        text = f"{words}: {error.argument.name} is missing"
    elif isinstance(error, UnusedCliTokensError):
        text = f"{words}: too many words: {' '.join(error.unused_tokens or ())}"
    return f"{text}\nSee `{' '.join(part for part in ('starter.py', words, '--help') if part)}`."


def _fail(text: str, status: int) -> int:
    complain(f"starter: {text}")
    return status


if __name__ == "__main__":
    exit_status = main(sys.argv[1:])
    # The SDK's threads may abort the interpreter at exit (temporalio/sdk-python#300), so leave without ceremony.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(exit_status)
