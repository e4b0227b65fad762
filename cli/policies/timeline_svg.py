"""A policy's timeline as an SVG picture: one lane a step, days from the due date to the right, green to red.

Every step has its own lane, so no two labels can meet, however many steps fall on one day. The picture brings its own
background and is readable on white and on dark pages.
"""

import textwrap
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from html import escape
from typing import NamedTuple

from dunning.calendar import local
from dunning.explain.words import what_is_read
from dunning.policy.plan import Action, Milestone

COLOURS = {
    Action.ISSUE: "#2e7d32",
    Action.CHARGE: "#558b2f",
    Action.NOTIFY: "#9e9d24",
    Action.LATE_FEE: "#e6a100",
    Action.WARN_ADMINS: "#e6a100",
    Action.LOCK: "#ef6c00",
    Action.SUSPEND: "#e04e1b",
    Action.DEACTIVATE: "#d32f2f",
    Action.DELETE: "#a31515",
    Action.DELETE_BACKUPS: "#7f0f0f",
}
_LANE, _TOP_OF_AXIS, _MARGIN, _AXIS = 50, 34, 28, 560
_TICKS = 12
_STEPS = (1, 2, 5, 10, 15, 30, 60, 90, 180, 365)
_DAY = 'font-size="12" font-weight="600" fill="#1f2328"'
_CHARACTER = 0.6
"""Width of a character of a system font, in font sizes; generous, so that what is measured fits."""


class _Frame(NamedTuple):
    """Where things are: labels take `left`, lanes begin at `top`, days `first` to `last` fill the axis."""

    left: float
    top: float
    first: int
    last: int
    lanes: int

    def x(self, day: float) -> float:
        return round(self.left + _AXIS * (day - self.first) / (self.last - self.first), 1)

    def y(self, lane: int) -> float:
        return self.top + _LANE * (lane + 0.5)

    @property
    def bottom(self) -> float:
        return self.top + _LANE * self.lanes

    @property
    def width(self) -> float:
        return self.left + _AXIS + 2 * _MARGIN


class Closed(NamedTuple):
    """From `since` to `until` (UTC) nobody can pay; `words` say why."""

    since: datetime
    until: datetime
    words: str


def picture(title: str, due: date, zone: str, milestones: Sequence[Milestone], closed: Sequence[Closed] = ()) -> str:
    """The SVG document."""
    labels = [_labels(milestone, zone) for milestone in milestones]
    left = max(_width(text, 12.5) for pair in labels for text in pair) + 2 * _MARGIN
    heads = textwrap.wrap(title, int((left + _AXIS) / (17 * _CHARACTER)))
    days = [milestone.day for milestone in milestones]
    frame = _Frame(left, _MARGIN + 26 * len(heads) + 30 + _TOP_OF_AXIS, *_span(days), len(milestones))
    parts = [
        *_head(title, heads, f"due {due:%d %B %Y}, times in {zone}", frame),
        *(part for each in closed for part in _shut(frame, each, due, zone)),
        *_axis(frame),
        *(part for lane, each in enumerate(milestones) for part in _lane(frame, lane, each, labels[lane], days)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _labels(milestone: Milestone, zone: str) -> tuple[str, str]:
    name = milestone.name.replace("-", " ")
    extra = [str(milestone.fee)] if milestone.fee else []
    extra += ["when approved"] if milestone.approvals else []
    more = " · ".join([what_is_read(milestone) or "no notice", *extra])
    return f"{name} · {local(milestone.at, zone):%a %d %b, %H:%M}", more


def _span(days: Sequence[int]) -> tuple[int, int]:
    first, last = min(0, *days), max(0, *days)
    room = max(2, (last - first) // 12)
    return first - room, last + room


def _width(text: str, size: float) -> float:
    return len(text) * size * _CHARACTER


def _text(x: float, y: float, text: str, style: str) -> str:
    return f'<text x="{x}" y="{y}" {style}>{escape(text)}</text>'


def _head(title: str, heads: Sequence[str], subtitle: str, frame: _Frame) -> Iterator[str]:
    width, height = round(frame.width), round(frame.bottom + _MARGIN)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        "role=\"img\" font-family=\"system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif\">"
    )
    yield f"<title>{escape(title)}</title>"
    yield f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="12" fill="#fdfcf8" stroke="#cfcabb"/>'
    for place, line in enumerate(heads):
        yield _text(_MARGIN, _MARGIN + 16 + 26 * place, line, 'font-size="17" font-weight="600" fill="#1f2328"')
    yield _text(_MARGIN, _MARGIN + 14 + 26 * len(heads), subtitle, 'font-size="13" fill="#57606a"')


def _axis(frame: _Frame) -> Iterator[str]:
    span = frame.last - frame.first
    step = next((step for step in _STEPS if span / step <= _TICKS), 1 + span // _TICKS)
    for day in range(frame.first - frame.first % step + step, frame.last + 1, step):
        x = frame.x(day)
        if day:
            yield f'<path d="M{x} {frame.top}V{frame.bottom}" stroke="#e6e2d6"/>'
            yield _text(x, frame.top - 8, f"{day:+d}", 'font-size="12" fill="#57606a" text-anchor="middle"')
    x = frame.x(0)
    yield f'<path d="M{x} {frame.top}V{frame.bottom}" stroke="#1f2328" stroke-width="1.5" stroke-dasharray="5 4"/>'
    yield _text(x, frame.top - 8, "due", 'font-size="13" font-weight="600" fill="#1f2328" text-anchor="middle"')


def _shut(frame: _Frame, closed: Closed, due: date, zone: str) -> Iterator[str]:
    """A grey band, with its words below the lanes."""
    first, last = (frame.x(_day(at, due, zone)) for at in (closed.since, closed.until))
    width = max(4.0, round(last - first, 1))
    yield f'<rect x="{first}" y="{frame.top}" width="{width}" height="{frame.bottom - frame.top}" fill="#d0cdc2"/>'
    yield _text(first, frame.bottom + 16, closed.words, 'font-size="12" fill="#57606a" text-anchor="middle"')


def _day(at: datetime, due: date, zone: str) -> float:
    """Days from the due date, with the part of the day; a step stands at the beginning of its own."""
    there = local(at, zone)
    return (there.date() - due).days + (there.hour * 60 + there.minute) / (24 * 60)


def _lane(
    frame: _Frame, lane: int, milestone: Milestone, labels: tuple[str, str], days: Sequence[int]
) -> Iterator[str]:
    y, x, colour = frame.y(lane), frame.x(milestone.day), COLOURS[milestone.action]
    until = frame.x(days[lane + 1]) if lane + 1 < len(days) else frame.x(frame.last)
    yield f'<path d="M{_MARGIN} {frame.top + _LANE * lane}H{frame.left + _AXIS}" stroke="#efece2"/>'
    yield _text(_MARGIN, y - 3, labels[0], 'font-size="13" font-weight="600" fill="#1f2328"')
    yield _text(_MARGIN, y + 14, labels[1], 'font-size="12" fill="#57606a"')
    if until > x:
        yield f'<path d="M{x} {y}H{until}" stroke="{colour}" stroke-opacity="0.35" stroke-width="8"/>'
    yield f'<circle cx="{x}" cy="{y}" r="8" fill="{colour}"/>'
    if milestone.day < frame.last - (frame.last - frame.first) / _TICKS:
        yield _text(x + 14, y - 9, f"{milestone.day:+d}" if milestone.day else "0", _DAY)
    else:
        yield _text(x - 14, y - 9, f"{milestone.day:+d}", f'{_DAY} text-anchor="end"')
