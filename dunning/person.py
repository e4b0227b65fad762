"""Who somebody is, by the name that they gave: one person is one, however often and however differently it is typed."""

import unicodedata

_NOT_SEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and a pattern of Braille that print as nothing."""
_MARKS = ((0x034F, 0x034F), (0x17B4, 0x17B5), (0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
"""Marks that only choose how the letter before looks, or do nothing: joiners, inherent vowels, variation selectors."""


def unseen(name: str) -> str:
    """The characters of the name that nobody sees: controls, formats, blanks and selectors, each once, in their order.

    Those of https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point, and line and paragraph separators.
    """
    return "".join(dict.fromkeys(each for each in name if _is_unseen(each)))


def person(name: str) -> str:
    """The name as it is compared: `Clerk `, `clerk` and one with an invisible character in it are the same person.

    By https://www.unicode.org/reports/tr15/ (NFKC), without capitals, without what nobody sees; spaces count once.
    Empty for a name of nothing that can be seen: that is nobody.
    """
    seen = (each for each in unicodedata.normalize("NFKC", name) if not _is_unseen(each))
    return unicodedata.normalize("NFKC", " ".join("".join(seen).split()).casefold())


def _is_unseen(character: str) -> bool:
    code = ord(character)
    return (
        unicodedata.category(character) in _NOT_SEEN
        or character in _BLANKS
        or any(first <= code <= last for first, last in _MARKS)
    )
