"""What people write of accounts and invoices, read strictly: each reads one value, or says what belongs there.

All raise ValueError, and none repeats the value: it may be personal.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, cast
from urllib.parse import urlsplit

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_MAIL = re.compile(rf"(?=[^@]{{1,64}}@)(?=.{{3,254}}\Z){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?![0-9]+\Z){_LABEL}")
_HOST = re.compile(r"(?=.{1,253}\Z)[^\W_](?:[\w-]*\w)?(?:\.\w(?:[\w-]*\w)?)*")
_NAME = re.compile(r"""[^\s;:,"<>\\]{1,100}""")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
YEARS = 10
"""How far a date may be away: one beyond is a slip, or a number that a program took for a date."""


def day(value: Any) -> Any:
    """A date, like 2026-12-01. A number would be read as seconds since 1970, and so would digits without dashes."""
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise ValueError("must be a date, like 2026-12-01")


def in_window(value: date, today: date) -> bool:
    """Whether a date is at most ten years away."""
    return abs(value.year - today.year) <= YEARS


def mail_address(value: Any) -> str:
    """An address as mail carries it (RFC 5321), in plain letters; and nothing around it."""
    if isinstance(value, str) and _MAIL.fullmatch(value.strip()):
        return value.strip()
    raise ValueError("must be a mail address and nothing else, like ada@bakery.example")


def host(value: Any) -> str:
    """A domain name in small letters. Of a URL its host is kept: `https://Bakery.example/shop` is bakery.example."""
    if value == "":
        return ""
    if isinstance(value, str) and not (wrong_characters(value) or "@" in value):
        text = value.strip()
        try:
            name = urlsplit(text if "//" in text else f"//{text}").hostname or ""
        except ValueError:
            name = ""
        if _HOST.fullmatch(name := name.rstrip(".")):
            return name
    raise ValueError("must be a domain, like bakery.example")


def name_at_panel(value: Any) -> str:
    """A user, or a kind of service: both become part of a service's id, and of lists of ids."""
    if isinstance(value, str) and _NAME.fullmatch(value.strip()) and not wrong_characters(value.strip()):
        return value.strip()
    raise ValueError('must be one word of up to 100 characters, without spaces, control characters and ; : , " < > \\')


def locale(value: Any) -> Any:
    """The name of a locale; `en-US` is en_US."""
    if not isinstance(value, str):
        return value
    language, *more = value.strip().replace("-", "_").split("_")
    return "_".join((language.lower(), *(each.title() if len(each) == _SCRIPT else each.upper() for each in more)))


_SCRIPT = 4
"""Letters of a script: the Hans of zh_Hans_CN."""


def wrong_characters(text: str) -> str:
    """The first control character of a text, as U+0000; empty when there is none."""
    found = _CONTROL.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


def with_control_characters(values: Any, key: str = "") -> Iterator[str]:
    """Where in JSON's values there is text with a control character, with its reason."""
    if isinstance(values, str):
        if found := wrong_characters(values.strip()):
            yield f"{key}: has a control character ({found})"
    elif isinstance(values, Mapping):
        for name, value in cast("Mapping[object, object]", values).items():
            yield from with_control_characters(value, f"{key}.{name}" if key else str(name))
    elif isinstance(values, Sequence):
        for place, value in enumerate(cast("Sequence[object]", values)):
            yield from with_control_characters(value, f"{key}[{place}]")
