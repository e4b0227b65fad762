"""Why a use case was not done, for whoever asked: the command line, a page or a program.

What is away is no refusal: `dunning.ports.outages.OutageError` and its kinds pass through as they are.
"""

from pydantic import ValidationError

from dunning.mistakes import why
from dunning.ports.outages import OutageError


class RefusedError(Exception):
    """It is not done, and nothing has changed: what was asked for makes no sense, or the case says no.

    `reason` is a sentence for people, `about` what it is about, such as an invoice; `field` names the value of the
    request that is wrong, if it is one.
    """

    def __init__(self, reason: str, *, about: str = "", field: str = "") -> None:
        super().__init__(": ".join(part for part in (about or field, reason) if part))
        self.reason = reason
        self.field = field


class NotFoundError(RefusedError):
    """Nobody here has ever heard of what was named."""


class NoSuchInvoiceError(NotFoundError):
    """Nobody here has ever heard of that invoice."""

    def __init__(self, invoice: str, more: str = "") -> None:
        super().__init__(f"there is no such invoice{more}", about=invoice)


class NoCaseAtAllError(RefusedError):
    """The store knows the invoice, and nobody knows a case of it: it never began, or the server has forgotten it."""

    def __init__(self, invoice: str) -> None:
        super().__init__(
            "it is in the store but has no case: open it again with what it was opened with", about=invoice
        )


class BooksRemovedError(RefusedError):
    """The invoice was closed so long ago that its books are not kept any more."""

    def __init__(self, invoice: str) -> None:
        super().__init__(
            "it is closed, and its books were removed after as many days as REPRIEVE_KEEP_BOOKS_DAYS says",
            about=invoice,
        )


class NoSuchAccountError(NotFoundError):
    """Nobody here has ever heard of that account."""

    def __init__(self, account: str) -> None:
        super().__init__("there is no such account", about=account)


class MergedAccountError(RefusedError):
    """That account was merged into another one, which is asked for by its own id."""

    def __init__(self, account: str, into: str) -> None:
        super().__init__(f"account {account!r} was merged into {into!r}: name that one")


class CaseRefusedError(RefusedError):
    """The invoice's case says no. `reason` is its own."""

    def __init__(self, invoice: str, reason: str) -> None:
        super().__init__(reason, about=f"{invoice}: refused")


class UnfinishedError(OutageError):
    """A part is done, and what the rest needs is away: the same request again does the rest, and repeats nothing."""


class KeptError(OutageError):
    """What was given is kept, and the portal brings it to its case once that can be reached. It is not lost."""

    def __init__(self, invoice: str, why: Exception) -> None:
        reason = str(why).splitlines()[0].removeprefix(f"{invoice}: ") if str(why) else type(why).__name__
        super().__init__(
            f"{invoice}: it is kept, and the portal brings it to its case as soon as that can be reached; "
            f"it need not be given again ({reason})"
        )


def refusal(error: ValidationError) -> RefusedError:
    """The first wrong value of a request. The value itself is not repeated: it may be personal."""
    first = error.errors()[0]
    return RefusedError(why(first), field=".".join(map(str, first["loc"])))
