"""Is a decline final? Whether a payment method that was declined may ever be tried again (S3-15).

The codes are those that Stripe speaks; other companies' adapters translate theirs. Sources, read in November 2026:

- docs.stripe.com/billing/revenue-recovery/smart-retries: the hard declines that Stripe itself never retries.
- Visa Core Rules, table 7-2, category 1 "issuer will never approve" (in words: checkout.com/docs, Visa response codes):
  a second attempt is a violation that costs a fee. Code 57 joined the category in October 2026.
- docs.stripe.com/declines/network-codes and .../ach-direct-debit/blocked-bank-accounts: NACHA lets nobody debit an
  account again that was returned for another reason than missing funds, so Stripe blocks it.
- docs.stripe.com/declines/card: what the issuer advises. `confirm_card_data` and `try_again_later` forbid nothing.

What is not listed may be tried again: an expired card is renewed behind the scenes, missing funds come.
"""

from datetime import datetime, timedelta

DO_NOT_TRY_AGAIN = "do_not_try_again"
"""The issuer's advice that ends it; once it was a decline code of its own."""

AUTHENTICATION_REQUIRED = "authentication_required"
"""The bank wants to see the customer: without them every attempt fails alike, on the pay page the same card works."""

CARD_OVER = "Your card has expired."
"""Why nobody is asked for money with a card that is over: the words that the bank would answer with."""

_STRIPE = frozenset(
    {
        AUTHENTICATION_REQUIRED,
        "highest_risk_level",
        "incorrect_number",
        "lost_card",
        "pickup_card",
        "revocation_of_all_authorizations",
        "revocation_of_authorization",
        "stolen_card",
        "transaction_not_allowed",
    }
)
_NETWORKS = frozenset({DO_NOT_TRY_AGAIN, "invalid_account", "invalid_number", "stop_payment_order"})
_BANKS = frozenset(
    {
        "account_closed",
        "bank_account_closed",
        "bank_account_frozen",
        "bank_account_invalid_details",
        "bank_account_restricted",
        "bank_account_unusable",
        "debit_not_authorized",
        "no_account",
        "tokenized_account_number_deactivated",
    }
)
HARD = _STRIPE | _NETWORKS | _BANKS
"""Every code that ends the automatic attempts with a payment method."""


def final(code: str, decline_code: str = "", advice: str = "") -> bool:
    """Whether this payment method must not be tried again: the code, the issuer's own code or its advice says so."""
    return advice == DO_NOT_TRY_AGAIN or not HARD.isdisjoint((code, decline_code))


WINDOW = timedelta(days=30)
"""The card networks limit how often a payment method may be tried again, over all its invoices.

Visa allows 15 attempts in 30 days after a decline (20 since April 2026), Mastercard 35 (Visa Core Rules, table 7-2;
Mastercard's excessive authorisation programme). Beyond that every attempt costs the merchant, and soon the acquirer.
"""


def window_start(now: datetime) -> datetime:
    """From when on declined attempts count."""
    return now - WINDOW


def limit_reached(declines: int, most: int) -> bool:
    """Whether a method that was declined so often in the window may not be tried again."""
    return declines >= most
