"""The least that the gateway charges, by currency: what is not more than that is not worth a consequence."""

from dunning.money import Money

# Stripe's published minimum charge amounts, https://docs.stripe.com/currencies, in minor units.
_LEAST = {
    "AED": 200, "AUD": 50, "BGN": 100, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 1500, "DKK": 250, "EUR": 50, "GBP": 30,
    "HKD": 400, "HUF": 17500, "INR": 50, "JPY": 50, "MXN": 1000, "MYR": 200, "NOK": 300, "NZD": 50, "PLN": 200,
    "RON": 200, "SEK": 300, "SGD": 50, "THB": 1000, "USD": 50,
}  # fmt: skip

_TIMES, _UNKNOWN = 100, 1_000_000


def least_charge(currency: str) -> Money:
    """What the gateway charges at least; nothing for a currency of which it does not say so."""
    return Money(minor=_LEAST.get(currency, 0), currency=currency)


def most_least(currency: str) -> Money:
    """The most that a policy may leave uncharged: a hundred times that; where nobody says it, a million minor units."""
    least = least_charge(currency).minor
    return Money(minor=least * _TIMES if least else _UNKNOWN, currency=currency)
