"""`chatserver webhooks`: the list, what endpoints were told of, a ping, events once more."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

from chatserver.client.http import AnswerError
from chatserver.client.webhooks import AttemptSaid, WebhookCalls
from chatserver.commands.asking import AS_USUAL, QuestionFlags, print_json
from chatserver.commands.chat import token_of
from chatserver.commands.faults import one_sentence
from chatserver.commands.screen import screen
from chatserver.plural import counted
from chatserver.settings import SettingsError
from chatserver.terminal.webhook_tables import attempt_told, show_deliveries, show_webhooks

webhooks = App(name="webhooks")


@webhooks.default
def listed(*, asked: QuestionFlags = AS_USUAL) -> None:
    """Show the endpoints that are told of events, and how they fare; as support."""
    with _calls(asked) as calls:
        found = calls.all_of_them()
        if asked.as_json:
            print_json(found)
        else:
            show_webhooks(screen, found)


@webhooks.command
def log(
    webhook: str,
    /,
    *,
    limit: Annotated[int, Parameter(validator=Number(gte=1, lte=200))] = 50,
    asked: QuestionFlags = AS_USUAL,
) -> None:
    """Show what an endpoint was told of, the newest first, with what came of it.

    Parameters
    ----------
    webhook
        Its id.
    limit
        How many at most, 1 to 200.
    """
    with _calls(asked) as calls:
        found = calls.deliveries(webhook, limit)
        if asked.as_json:
            print_json(found)
        else:
            show_deliveries(screen, found)


@webhooks.command
def ping(webhook: str, /, *, asked: QuestionFlags = AS_USUAL) -> None:
    """Send an endpoint an event `ping` at once, and say what came of it; ends with 1 where it failed.

    Parameters
    ----------
    webhook
        Its id.
    """
    with _calls(asked) as calls:
        found = calls.ping(webhook)
        if asked.as_json:
            print_json(found)
        else:
            attempt = AttemptSaid("", found.status, found.took_ms, found.error)
            screen.print(f"{webhook}: {attempt_told(attempt)}.", highlight=False, soft_wrap=True)
        sys.exit(0 if found.error is None else 1)


@webhooks.command
def replay(
    webhook: str,
    event: str | None = None,
    /,
    *,
    since: Annotated[str | None, Parameter(name="--from")] = None,
    until: str | None = None,
    asked: QuestionFlags = AS_USUAL,
) -> None:
    """Send events of the last 30 days once more: one by its id, or all of a time that the endpoint wants.

    Parameters
    ----------
    webhook
        Its id.
    event
        The event's id, as `webhooks log` shows it.
    since
        An instant such as 2026-12-03T18:00+01:00: events from then on.
    until
        Events before this instant; now by default.
    """
    with _calls(asked) as calls:
        wish = {name: value for name, value in (("event", event), ("from", since), ("until", until)) if value}
        found = calls.replay(webhook, wish)
        if asked.as_json:
            print_json(found)
            return
        told = f"On their way once more: {counted(found.replayed, 'event')}."
        if found.rest_from is not None:
            told += f" There are more: go on with --from {found.rest_from}."
        screen.print(told, highlight=False, soft_wrap=True)


@contextmanager
def _calls(asked: QuestionFlags) -> Iterator[WebhookCalls]:
    """Ask as the person of the token; what goes wrong is told in a sentence."""
    with one_sentence():
        calls = WebhookCalls(asked.url, token_of(asked.token_file))
        try:
            yield calls
        except AnswerError as error:
            raise SettingsError(str(error)) from None
