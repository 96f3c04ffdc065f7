"""Everything under `/app`: the pages, what they load, and signing in."""

from starlette.routing import BaseRoute

from chatserver.settings import Settings
from chatserver.web.assets import assets_in
from chatserver.web.look import look_of
from chatserver.web.oidc import PLATFORM, PlatformDesk, platform_routes
from chatserver.web.pages import app_routes
from chatserver.web.sign_in_pages import SignInDesk, WebLimits, sign_in_routes
from quotas.help_policy import HelpPolicy


def web_routes(
    settings: Settings,
    help_policy: HelpPolicy,
    desk: SignInDesk,
    limits: WebLimits,
    platform: PlatformDesk | None,
) -> list[BaseRoute]:
    """Those of the apps that were built; where none were, of pages that say so. Raises SettingsError."""
    return [
        *sign_in_routes(desk, limits, settings.public_url),
        *(platform_routes(platform, limits.any, settings.outside_url) if platform else ()),
        *app_routes(
            assets_in(), look_of(settings, PLATFORM if platform else None), help_policy, settings.app_embedders
        ),
    ]
