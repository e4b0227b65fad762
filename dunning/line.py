"""A line of an invoice: what is paid for, and how much it is of what the invoice asks for."""

from dunning.money import Money
from dunning.wire import Wire, Words


class Line(Wire):
    """What is paid for, and what it costs; a discount is below zero."""

    text: Words
    amount: Money
