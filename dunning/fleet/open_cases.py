"""The hourly check of the table of open cases: what is asked of it, and what it says."""

from dunning.wire import Wire

WORKFLOW = "OpenCasesCheck"
"""The workflow's name, for whoever starts it without knowing its code."""


class CheckOrder(Wire):
    """Compare the whole table."""


class CheckReport(Wire):
    """`running` cases were compared, `asked` of them differed, `silent` of those did not answer.

    `dead` rows belong to cases that neither run nor were closed: somebody ended them at the server.
    """

    running: int = 0
    asked: int = 0
    silent: int = 0
    dead: int = 0

    @property
    def headline(self) -> str:
        """`20000 running, 3 asked, 0 silent, 0 dead`."""
        return f"{self.running} running, {self.asked} asked, {self.silent} silent, {self.dead} dead"
