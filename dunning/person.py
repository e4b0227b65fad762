"""Who somebody is, by the name that they gave: one person is one, however often and however differently it is typed."""

import unicodedata

_NOT_SEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def person(name: str) -> str:
    """The name as it is compared: `Clerk `, `clerk` and one with an invisible character in it are the same person.

    By https://www.unicode.org/reports/tr15/ (NFKC), without capitals, without what nobody sees; spaces count once.
    Empty for a name of nothing that can be seen: that is nobody.
    """
    seen = (each for each in unicodedata.normalize("NFKC", name) if unicodedata.category(each) not in _NOT_SEEN)
    return unicodedata.normalize("NFKC", " ".join("".join(seen).split()).casefold())
