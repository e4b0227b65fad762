"""The "why" receipt: what people give to a customer who asks why something happened, with rule and proof."""

from dunning.money import Money
from dunning.wire import Instant, Wire


class Line(Wire):
    """One thing that happened. `when` is `at` on the account's own clock; `because` is the rule or fact behind it.

    `proof` is what others said: a mail server, a panel, a gateway; empty where nobody was asked.
    """

    at: Instant
    when: str
    what: str
    because: str = ""
    proof: str = ""


class Receipt(Wire):
    """Everything about one invoice. `clock` says what its times mean and what moved them; `coming` what is next.

    `pays_for` are the ids of the services that it pays for; empty: all of the account's, or a customer reads it.
    `waits` are the reasons for which something was put off or held, with their ends.
    """

    invoice: str
    account: str
    policy: str
    version: str = ""
    state: str
    balance: Money
    level: str = ""
    pays_for: tuple[str, ...] = ()
    coming: str = ""
    clock: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()


class AccountReceipt(Wire):
    """Everything about an account: all its invoices, and what concerns none of them alone.

    `changes` are what people changed of it, with who and why, `holds` the reasons to restrict it now, `services` what
    each service was brought to last, with proof, `credits` what came to its credit and went of it, with who added or
    paid it out.
    """

    account: str
    name: str = ""
    changes: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    tickets: tuple[str, ...] = ()
    invoices: tuple[Receipt, ...] = ()
