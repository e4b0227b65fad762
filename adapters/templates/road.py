"""The road ahead, as a customer reads it: what happens if nothing is paid, each step with its date and fee."""

from datetime import date
from typing import Any, NamedTuple

from adapters.templates.locale import LocaleFormat
from dunning.case.orders import NoticeOrder
from dunning.case.road import Ahead
from dunning.money import Money
from dunning.policy.plan import Action
from dunning.wire import Instant


class Road(NamedTuple):
    """Writes it in a language, with the words of that language's `words.toml`.

    `named` and `down` stand behind "your services", as the renderer has them.
    """

    reader: LocaleFormat
    words: dict[str, Any]
    named: str = ""
    down: str = ""

    def facts(self, order: NoticeOrder) -> dict[str, Any]:
        """What templates may name.

        `at_once` are the sentences about what comes together with the notice, such as the charge of an invoice that
        goes out on its due date. `what_is_next` is the sentence about the next step after that, `warning` the sentences
        about all that the notice warns of, `road` the rows of the table. `charge_on` is the day of the next automatic
        charge, as part of a sentence.
        `fee_today` is what is added on the customer's own day, and `balance_today` what is owed with that.
        """
        charge = next((each for each in order.road if each.action is Action.CHARGE), None)
        return {
            "at_once": " ".join(map(self._sentence, order.at_once)),
            "what_is_next": self._next(order, order.next) if order.next else "",
            "warning": self._warning(order),
            "road": [self._row(each) for each in order.road] if order.invoice else [],
            "charge_on": self._on(charge.at) if charge else "",
            **self._today(order),
        }

    def _next(self, order: NoticeOrder, step: Ahead) -> str:
        first = any(each.action is Action.CHARGE for each in order.at_once)
        again = first and step.action is Action.CHARGE
        return self.words["charge_again"].format(on=self._on(step.at)) if again else self._sentence(step)

    def _warning(self, order: NoticeOrder) -> str:
        """The very dates and fees that the case will keep to."""
        said = order.announced.steps if order.announced else ()
        steps = [self._sentence(each) for each in order.road if any(one.step == each.step for one in said)]
        if not steps:
            return ""
        together = " ".join(steps)
        return together if order.lapsed else self.words["if_unpaid"].format(steps=together)

    def _sentence(self, step: Ahead) -> str:
        fee = self.reader.money(step.fee) if step.fee else ""
        sentence = self.words["steps"][step.action.value].format(
            on=self._on(step.at),
            named=self.named,
            down=self.down,
            everything=self.named or self.words["everything"],
            of=self.words["of"].format(fee=fee) if fee else "",
        )
        more = self.words["then_fee"].format(fee=fee) if fee and step.action is not Action.LATE_FEE else ""
        return f"{sentence} {more}".strip()

    def _on(self, at: Instant) -> str:
        return self.words["on"].format(day=self.reader.local_day(at))

    def _row(self, step: Ahead) -> dict[str, str]:
        day = self.reader.local_day(step.at)
        return {
            "day": day if step.agreed else self.words["earliest"].format(day=day),
            "what": self.words["rows"][step.action.value],
            "fee": self.reader.money(step.fee) if step.fee else "",
        }

    def _today(self, order: NoticeOrder) -> dict[str, str]:
        today = self._day(order.at)
        coming = [each.fee for each in order.road if each.fee and self._day(each.at) == today]
        to_come = sum(fee.minor for fee in coming)
        added = order.fees_today.minor if order.fees_today else 0

        def written(minor: int) -> str:
            return self.reader.money(Money(minor=minor, currency=order.balance.currency))

        return {
            "fee_today": written(added + to_come) if added + to_come else "",
            "balance_today": written(order.balance.minor + to_come),
        }

    def _day(self, at: Instant) -> date:
        return at.astimezone(self.reader.zone).date()
