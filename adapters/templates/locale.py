"""How a customer writes amounts and dates, and which languages the customer reads."""

from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import parse_pattern

from dunning.currencies import digits
from dunning.money import Money
from dunning.wire import Instant

_ENGLISH = "en_US"


def is_locale(name: str) -> bool:
    """Whether it is a locale that we can write in, like de_DE."""
    try:
        Locale.parse(name)
    except (ValueError, UnknownLocaleError):
        return False
    return True


class LocaleFormat(NamedTuple):
    """A way of writing amounts and dates, in the customer's zone."""

    locale: Locale
    zone: ZoneInfo

    def money(self, amount: Money) -> str:
        """Always with the minor unit's digits of ISO 4217 (S3-32): babel's own table drops those of some currencies."""
        places = digits(amount.currency)
        pattern = parse_pattern(self.locale.currency_formats["standard"].pattern)
        pattern.frac_prec = (places, places)
        return pattern.apply(amount.decimal(), self.locale, currency=amount.currency, currency_digits=False)

    def day(self, day: date) -> str:
        """A calendar date with its weekday."""
        return format_date(day, "full", self.locale)

    def local_day(self, instant: Instant) -> str:
        """The customer's date at that instant."""
        return self.day(instant.astimezone(self.zone).date())

    def moment(self, instant: Instant) -> str:
        """The customer's date and time at that instant, with the zone's name."""
        local = instant.astimezone(self.zone)
        return (
            f"{format_date(local.date(), 'long', self.locale)} {format_datetime(local, 'HH:mm zzz', None, self.locale)}"
        )


def writing(locale: str, zone: str, language: str) -> LocaleFormat:
    """How amounts and dates are written among words of that language: as the customer does, if it is their language.

    Else as the words' own: a French customer who is written to in English reads English dates.
    """
    own, words = locale_of(locale), locale_of(language or _ENGLISH)
    return LocaleFormat(own if own.language == words.language else words, ZoneInfo(zone))


def locale_of(name: str) -> Locale:
    """The locale of that name, as `de_DE` or `de-DE`; US English for what is none."""
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(_ENGLISH)


def folders(language: str) -> tuple[str, ...]:
    """The folders that may hold words of that language, best first: `de_AT`, `de`; none for English."""
    parts = language.split("_") if language else []
    return tuple("_".join(parts[:many]) for many in range(len(parts), 0, -1))


def tag(language: str) -> str:
    """The language as HTML names it (BCP 47); empty, the words beside the folders, is English."""
    return language.replace("_", "-") or "en"


def direction(language: str) -> str:
    """Where lines of that language begin: ltr or rtl."""
    return locale_of(language).text_direction
