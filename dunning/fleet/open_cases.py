"""The hourly check of the table of open cases: what is asked of it, and what it says."""

from dunning.wire import Instant, Wire

WORKFLOW = "OpenCasesCheck"
"""The workflow's name, for whoever starts it without knowing its code."""


class CheckOrder(Wire):
    """Compare the whole table."""


class CreditCheck(Wire):
    """Tell the open cases of all accounts that have credit, as of `at`."""

    at: Instant


class KeepOrder(Wire):
    """Start subscriptions again whose workflows somebody ended at the server, as of `at`."""

    at: Instant


class LookOrder(Wire):
    """Look at the subscriptions that a processor runs, as of `at`."""

    at: Instant


class FollowUpOrder(Wire):
    """Tell of what waited for the maintenance windows that are over, as of `at`."""

    at: Instant


class CheckReport(Wire):
    """`running` cases were compared, `asked` of them differed, `silent` of those did not answer.

    `dead` rows belong to cases that neither run nor were closed: somebody ended them at the server. `told_of_credit`
    cases had not heard of their account's credit; so many `subscriptions` were ended at the server, and go on again.
    `processor_payments` of subscriptions that a processor runs were brought to cases. `windows` that are over have a
    ticket now, or one with further results.
    """

    running: int = 0
    asked: int = 0
    silent: int = 0
    dead: int = 0
    told_of_credit: int = 0
    subscriptions: int = 0
    processor_payments: int = 0
    windows: int = 0

    @property
    def headline(self) -> str:
        """`20000 running, 3 asked, 0 silent, 0 dead`."""
        told = f", {self.told_of_credit} told of credit" if self.told_of_credit else ""
        again = f", {self.subscriptions} subscription(s) started again" if self.subscriptions else ""
        paid = f", {self.processor_payments} payment(s) of a processor counted" if self.processor_payments else ""
        more = f"{told}{again}{paid}" + (f", {self.windows} window(s) followed up" if self.windows else "")
        return f"{self.running} running, {self.asked} asked, {self.silent} silent, {self.dead} dead{more}"
