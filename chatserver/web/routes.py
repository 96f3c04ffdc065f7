"""Everything under `/app`: the pages, what they load, and signing in."""

from starlette.routing import BaseRoute

from chatserver.api.open_endpoint import AddressLimit
from chatserver.settings import Settings
from chatserver.sign_ins.sign_in_book import SignInBook
from chatserver.sign_ins.sign_in_links import SignInLinks
from chatserver.web.assets import assets_in
from chatserver.web.pages import app_routes
from chatserver.web.sign_in_pages import sign_in_routes


def web_routes(
    settings: Settings, sign_ins: SignInBook, sign_in_links: SignInLinks, limit: AddressLimit
) -> list[BaseRoute]:
    """Those of the apps that were built; where none were, of pages that say so."""
    return [
        *sign_in_routes(sign_ins, sign_in_links, limit, settings.public_url),
        *app_routes(assets_in(), settings.platform_name, settings.app_embedders),
    ]
