"""What a mail with a link says. Nobody but its reader is in it, and nothing of what they talk about."""

from collections.abc import Mapping

from msgspec import Struct

from quotas.phrases import Language


class MailWords(Struct, frozen=True):
    """Sentences, with blanks for `name`, the reader's first name, and `platform`."""

    subject: str
    hello: str
    line: str
    button: str
    why: str


MAIL_WORDS: Mapping[Language, MailWords] = {
    "nb": MailWords(
        "Lenken din til {platform}",
        "Hei, {name}.",
        "Denne lenken logger deg inn. Den virker én gang, i 15 minutter.",
        "Logg inn",
        "Du får denne e-posten fordi noen ba om en lenke til adressen din. Var det ikke deg, trenger du ikke gjøre "
        "noe: ingen kommer inn uten lenken.",
    ),
    "da": MailWords(
        "Dit link til {platform}",
        "Hej, {name}.",
        "Dette link logger dig ind. Det virker én gang, i 15 minutter.",
        "Log ind",
        "Du får denne e-mail, fordi nogen bad om et link til din adresse. Var det ikke dig, behøver du ikke gøre "
        "noget: ingen kommer ind uden linket.",
    ),
    "en": MailWords(
        "Your link to {platform}",
        "Hello, {name}.",
        "This link signs you in. It works once, for 15 minutes.",
        "Sign in",
        "You get this mail because somebody asked for a link to your address. If it was not you, you need do nothing: "
        "nobody gets in without the link.",
    ),
}
