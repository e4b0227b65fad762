"""The currencies that can be charged, and what an amount in each has to be, in its smallest unit there.

Sources: docs.stripe.com/currencies, "supported currencies", "minimum and maximum charge amounts", "three-decimal
currencies"; the words of the refusal of an unknown currency as people have posted them.
"""

_KNOWN = (
    "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd "
    "cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd "
    "hkd hnl hrk htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl "
    "mad mdl mga mkd mmk mnt mop mro mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php "
    "pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sll sos srd std szl thb tjs tnd top try ttd "
    "twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw "
)
KNOWN = tuple(_KNOWN.split())
LEAST = {
    **dict.fromkeys(("usd", "eur", "jpy", "chf", "cad", "aud", "brl", "inr", "nzd", "sgd"), 50),
    "aed": 200, "bgn": 100, "czk": 1500, "dkk": 250, "gbp": 30, "hkd": 400, "huf": 17500, "mxn": 1000, "myr": 200,
    "nok": 300, "pln": 200, "ron": 200, "sek": 300, "thb": 1000,
}  # fmt: skip
"""Nobody can be charged less."""
THREE_DIGITS = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))
"""Their amounts end in 0: they are rounded to the nearest ten."""
