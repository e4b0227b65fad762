"""A look ahead as an SVG picture: a lane for each thing that happens, a bar a day, each lane on a scale of its own.

The light part of a bar would not come if the charges before it succeed. The picture brings its own background and is
readable on white and on dark pages.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from dunning.calendar import local_date
from dunning.forecast.expected import Deed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.cases.forecast import Look

COLOURS = {
    Deed.CHARGED: "#558b2f",
    Deed.WRITTEN: "#9e9d24",
    Deed.FEE: "#e6a100",
    Deed.WARNED: "#e6a100",
    Deed.LOCKED: "#ef6c00",
    Deed.SUSPENDED: "#e04e1b",
    Deed.INACTIVE: "#d32f2f",
    Deed.DELETED: "#a31515",
    Deed.BACKUPS: "#7f0f0f",
}
_MARGIN, _LEFT, _AXIS, _TOP, _LANE, _BAR = 28, 200, 720, 96, 72, 44
_TICKS = 10
_DARK, _GREY = "#1f2328", "#57606a"


class _Frame(NamedTuple):
    """The days from `first` on, and the lanes that have anything in them."""

    first: date
    days: int
    lanes: tuple[Deed, ...]

    def x(self, day: date) -> float:
        return round(_LEFT + _AXIS * (day - self.first).days / self.days, 1)

    @property
    def bar(self) -> float:
        return round(max(1.0, _AXIS / self.days * 0.8), 1)

    @property
    def bottom(self) -> int:
        return _TOP + _LANE * len(self.lanes)


def picture(look: Look) -> str:
    """The SVG document."""
    frame = _frame(look)
    whole = Counter((each.deed, each.day) for each in look.found)
    ended = Counter((each.deed, each.day) for each in look.found if each.charges)
    lanes = (part for place, deed in enumerate(frame.lanes) for part in _lane(frame, place, deed, whole, ended))
    return "\n".join([*_head(look, frame), *_axis(frame), *lanes, "</svg>"]) + "\n"


def _frame(look: Look) -> _Frame:
    """Zones may have two or three different days at once: the first is the earliest that there is."""
    days = [each.day for each in look.found] or [local_date(look.now, "UTC")]
    first = min(days[0], local_date(look.now, "UTC"))
    there = {each.deed for each in look.found}
    return _Frame(first, max(look.days, (max(days) - first).days + 1), tuple(deed for deed in Deed if deed in there))


def _text(x: float, y: float, text: str, style: str) -> str:
    return f'<text x="{x}" y="{y}" {style}>{escape(text)}</text>'


def _head(look: Look, frame: _Frame) -> Iterator[str]:
    width, height = _LEFT + _AXIS + 2 * _MARGIN, frame.bottom + _MARGIN
    title = f"What comes in {look.days} days if nobody pays: {look.looked_at} of {look.invoices} open invoices"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        "role=\"img\" font-family=\"system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif\">"
    )
    yield f"<title>{escape(title)}</title>"
    yield f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="12" fill="#fdfcf8" stroke="#cfcabb"/>'
    yield _text(_MARGIN, 44, title, f'font-size="17" font-weight="600" fill="{_DARK}"')
    legend = "light: would not come if the charges before it succeed · as of"
    yield _text(_MARGIN, 66, f"{legend} {look.now:%Y-%m-%d %H:%M} UTC", f'font-size="13" fill="{_GREY}"')


def _axis(frame: _Frame) -> Iterator[str]:
    for place in range(0, frame.days, 1 + (frame.days - 1) // _TICKS):
        day = frame.first + timedelta(days=place)
        x = round(frame.x(day) + frame.bar / 2, 1)
        yield f'<path d="M{x} {_TOP}V{frame.bottom}" stroke="#e6e2d6"/>'
        yield _text(x, _TOP - 6, f"{day:%d %b}", f'font-size="12" fill="{_GREY}" text-anchor="middle"')


def _lane(
    frame: _Frame, place: int, deed: Deed, whole: Counter[tuple[Deed, date]], ended: Counter[tuple[Deed, date]]
) -> Iterator[str]:
    counts = {day: count for (of, day), count in whole.items() if of is deed}
    most, base = max(counts.values()), _TOP + _LANE * (place + 1)
    yield f'<path d="M{_MARGIN} {base}H{_LEFT + _AXIS + _MARGIN}" stroke="#cfcabb"/>'
    yield _text(_MARGIN, base - 30, deed.value, f'font-size="14" font-weight="600" fill="{_DARK}"')
    yield _text(_MARGIN, base - 12, f"{sum(counts.values())} · {most} a day at most", f'font-size="12" fill="{_GREY}"')
    for day, count in sorted(counts.items()):
        high, light = round(_BAR * count / most, 1), round(_BAR * ended[deed, day] / most, 1)
        told = f"{day:%a %d %b %Y}: {count} {deed.value}, {ended[deed, day]} of them light"
        yield f"<g><title>{escape(told)}</title>"
        yield _rect(frame, day, base - high, light, f'fill="{COLOURS[deed]}" opacity="0.4"')
        yield _rect(frame, day, base - high + light, high - light, f'fill="{COLOURS[deed]}"') + "</g>"


def _rect(frame: _Frame, day: date, y: float, height: float, style: str) -> str:
    x, y, height = frame.x(day), round(y, 1), round(height, 1)
    return f'<rect x="{x}" y="{y}" width="{frame.bar}" height="{height}" {style}/>'
