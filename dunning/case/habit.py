"""What is wrong with the dates, or the amount, of a customer's own subscription at a processor, in their own dates."""

from datetime import date

from dunning.money import Money
from dunning.wire import Wire


class Habit(Wire):
    """It `pays` on a day of its own; the fees were `due` before that, and are `next_due` after it.

    `reminded`: on that day whoever has not paid is reminded. `late`: it pays on that day or after it, and so each time.
    `waited`: we wait for it instead of reminding. `began` is set when it began on a day that not every month has, so
    that the processor moved it to the first of the month. `short` is what is left open each time, because it pays
    `amount` and `owed` is asked for; None: nothing. On `better` it would pay in time; `moves`: the processor can move
    it there.
    """

    subscription: str
    due: date
    next_due: date
    pays: date
    better: date
    owed: Money
    amount: Money | None = None
    reminded: date | None = None
    late: bool = False
    waited: bool = False
    moves: bool = False
    began: date | None = None
    short: Money | None = None

    @property
    def key(self) -> str:
        """The same as long as the same is wrong with the same dates of the month and amounts."""
        what = "late" * self.late, "moved" * bool(self.began), str(self.short or "")
        return "-".join([str(self.due.day), str(self.pays.day), *(each for each in what if each)])
