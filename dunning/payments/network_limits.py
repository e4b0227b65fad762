"""Ceilings that the card networks set on trying again, kept per payment method over all its invoices.

Visa allows 15 attempts in 30 days after a decline (20 since April 2026), Mastercard 35 (Visa Core Rules, table 7-2;
Mastercard's excessive authorisation programme). Beyond that every attempt costs the merchant, and soon the acquirer.
"""

from datetime import datetime, timedelta

WINDOW = timedelta(days=30)


def window_start(now: datetime) -> datetime:
    """From when on declined attempts count."""
    return now - WINDOW


def ceiling_reached(declines: int, most: int) -> bool:
    """Whether a method that was declined so often in the window may not be tried again."""
    return declines >= most
