"""Other ways of writing dates and amounts, read only when whoever starts the file says that it has them."""

import re
from typing import Any, NamedTuple, cast

from cli.files.file_row import Bad, FileRow
from cli.shell.errors import BadInputError

_PARTS = {"DD": "(?P<day>[0-9]{1,2})", "MM": "(?P<month>[0-9]{1,2})", "YYYY": "(?P<year>[0-9]{4})"}
_FORM = re.compile(r"(DD|MM|YYYY)([./-])(DD|MM|YYYY)\2(DD|MM|YYYY)")
_OURS = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATES = ("due", "paid_through", "moved_in", "renews_on", "anchor")


class WaysOfWriting(NamedTuple):
    """`dates` is a form such as DD.MM.YYYY; empty: 2026-12-01. `decimal_comma`: USD 19,99."""

    dates: str = ""
    decimal_comma: bool = False

    def read(self, row: FileRow | Bad) -> FileRow | Bad:
        """The row with its dates and amount as we write them. Raises BadInputError for a form that is none."""
        if isinstance(row, Bad):
            return row
        try:
            return FileRow(row.line, {key: self._value(key, value) for key, value in row.values.items()})
        except ValueError as error:
            return Bad(row.line, str(row.values.get("invoice") or row.values.get("subscription") or ""), str(error))

    def day(self, option: str, text: str) -> str:
        """A date that the command line says for all rows: as the file writes its dates, or like 2026-12-01.

        Raises BadInputError.
        """
        if not self.dates or not text or _OURS.fullmatch(text):
            return text
        try:
            return _date(option, text.strip(), self.dates)
        except ValueError as error:
            raise BadInputError(str(error)) from None

    def _value(self, key: str, value: Any) -> Any:
        if self.dates and key in _DATES and isinstance(value, str) and value:
            return _date(key, value.strip(), self.dates)
        if key == "lines" and isinstance(value, list):
            return [self._line(each) for each in cast("list[object]", value)]
        return _amount(key, value) if self.decimal_comma and key == "amount" and isinstance(value, str) else value

    def _line(self, line: object) -> object:
        if not isinstance(line, dict):
            return line
        return {key: self._value(key, value) for key, value in cast("dict[str, Any]", line).items()}


def _date(key: str, text: str, form: str) -> str:
    found = _pattern(form).fullmatch(text)
    if not found:
        msg = f"{key}: must be a date as --dates says, {form}"
        raise ValueError(msg)
    return f"{found['year']}-{found['month']:0>2}-{found['day']:0>2}"


def _pattern(form: str) -> re.Pattern[str]:
    parts = _FORM.fullmatch(form.strip().upper())
    if not parts or len({parts[1], parts[3], parts[4]}) < len(_PARTS):
        raise BadInputError(f"--dates: {form!r} is no form of dates; write it like DD.MM.YYYY or MM/DD/YYYY")
    return re.compile(re.escape(parts[2]).join(_PARTS[parts[each]] for each in (1, 3, 4)))


def _amount(key: str, text: str) -> str:
    if "." in text or text.count(",") > 1:
        msg = f"{key}: with --decimal-comma write it like 'USD 19,99', and nothing between thousands"
        raise ValueError(msg)
    return text.replace(",", ".")
