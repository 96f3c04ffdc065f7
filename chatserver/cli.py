"""The command line. Commands are imported when they are used, so that each starts as fast as it can."""

import os
import sys

import cyclopts

cli = cyclopts.App(
    name="chatserver",
    help="The chat server for mentoring: writing windows, reply deadlines, messages that are kept.",
)
cli.command("chatserver.commands.serve:serve")
cli.command("chatserver.commands.demo:demo")
cli.command("chatserver.commands.chat:chat")
cli.command("chatserver.commands.replies:replies")
cli.command("chatserver.commands.report:report")
cli.command("chatserver.commands.why:why")
cli.command("chatserver.commands.replay:replay_timeline", name="replay")
cli.command("chatserver.commands.token:token")
cli.command("chatserver.commands.migrate:migrate")
cli.command("chatserver.commands.rebuild:rebuild")
cli.command("chatserver.commands.rotate_key:rotate_key")
cli.command("chatserver.commands.revoke:revoke")
cli.command("chatserver.commands.clock:clock")
cli.command("chatserver.commands.export:export")
cli.command("chatserver.commands.erase:erase")
cli.command("chatserver.commands.config:config")


def main() -> None:
    """The program `chatserver`."""
    if not sys.argv[1:] or sys.argv[1] in cli.help_flags:
        for name in cli:
            cli[name]  # imports it, so that the list says what it does
    try:
        cli()
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
