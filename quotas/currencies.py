"""Currencies of ISO 4217, and how many digits stand behind the comma: an amount is an integer of that minor unit.

Source: sessions.md "Money"; ISO 4217 list one as of 2026. Codes that are no money to pay with (XAU, XTS, XXX) are left
out. Not from CLDR, whose digits are those that people write and not those of the standard.
"""

from decimal import Decimal, InvalidOperation

_TWO = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE
    CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR
    KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB
    PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY
    TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"

MINOR_DIGITS = {code: digits for digits, codes in ((0, _NONE), (2, _TWO), (3, _THREE)) for code in codes.split()}
"""Digits of the minor unit by code: NOK 2 (øre), JPY 0, KWD 3."""


def currency_problem(code: str) -> str | None:
    """Why this is not a currency, as a sentence; None where it is one."""
    if code in MINOR_DIGITS:
        return None
    return f"{code[:20]!r} is no currency; use a code of ISO 4217 in capitals, such as 'NOK' or 'EUR'"


def written(amount: int, currency: str) -> str:
    """An amount of minor units as people read it, with a point and all digits of its unit: 12345, NOK → 123.45."""
    digits = MINOR_DIGITS[currency]
    sign, units = "-" if amount < 0 else "", abs(amount)
    if not digits:
        return f"{sign}{units}"
    whole, part = divmod(units, 10**digits)
    return f"{sign}{whole}.{part:0{digits}}"


def read(text: str, currency: str) -> int | None:
    """The amount of minor units that a person wrote, with a point or a comma: 123,45 → 12345; None where it is none."""
    try:
        amount = Decimal(text.replace(",", ".")).scaleb(MINOR_DIGITS[currency])
    except InvalidOperation:
        return None
    return int(amount) if amount.is_finite() and amount >= 0 and amount == amount.to_integral_value() else None


def with_code(amount: int, currency: str, *, comma: bool) -> str:
    """As `written`, with a comma where the language has one, and the code behind it: 123,45 NOK."""
    text = written(amount, currency)
    return f"{text.replace('.', ',') if comma else text} {currency}"
