"""The ``deskwarden`` command: reads the command line and hands over to the file of that command."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from app.config import Settings
from app.errors import DeskwardenError
from app.logs import configure_logs

#: Command, the module that runs it, and what it does in a line. A nested one is written with a space.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("app.commands.demo", "sandbox tenant, service and mail catcher together, with stories playing"),
    "up": ("app.commands.up", "the whole service on one machine"),
    "web": ("app.commands.web", "the HTTP side alone"),
    "worker": ("app.commands.worker", "the workers alone"),
    "beat": ("app.commands.beat", "the clock alone"),
    "sandbox": ("app.commands.sandbox", "the pretend Zendesk tenant alone"),
    "scan": ("app.commands.scan", "scan files with the service's own engine"),
    "links": ("app.commands.links", "find and judge the links of comment texts"),
    "connect": ("app.commands.connect", "connect a Zendesk tenant"),
    "verify": ("app.commands.verify", "check every part of a connection"),
    "disconnect": ("app.commands.disconnect", "remove what connect made"),
    "user create": ("app.commands.user_create", "make an account and the link in which its person signs in"),
    "user link": ("app.commands.user_link", "make a one-time link for who is locked out"),
    "user list": ("app.commands.user_list", "list the accounts"),
    "user disable": ("app.commands.user_disable", "let an account in no more"),
    "user reset-totp": ("app.commands.user_reset_totp", "take an account's second factor away"),
    "token create": ("app.commands.token", "make an API token"),
    "token list": ("app.commands.token_list", "list the API tokens"),
    "token revoke": ("app.commands.token_revoke", "end an API token"),
    "rules check": ("app.commands.rules", "check the rule folders and measure what the rules cost"),
    "feeds status": ("app.commands.feeds_status", "how the feeds stand, and which are ready to be enabled"),
    "feeds enable": ("app.commands.feeds_enable", "use a feed of bad addresses that others publish"),
    "feeds disable": ("app.commands.feeds_disable", "stop using a feed"),
    "feeds add": ("app.commands.feeds_add", "use a feed of your own, downloaded from an address"),
    "feeds remove": ("app.commands.feeds_remove", "remove a feed with all that it lists"),
    "feeds update": ("app.commands.feeds_update", "download the feeds now"),
    "feeds import": ("app.commands.feeds_import", "take in a feed from files"),
    "audit verify": ("app.commands.audit_verify", "read the whole audit trail and say whether anybody touched it"),
    "audit export": ("app.commands.audit_export", "write the audit trail to standard output"),
    "rules update": ("app.commands.rules_update", "fetch the rules of the sources that you have listed"),
}

#: What runs as the service itself: what it does, nobody at a command line does.
PARTS = ("demo", "up", "web", "worker", "beat", "sandbox")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit status. Errors end with their sentence on standard error and status 2."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser, leaves = _parser(given)
    parsed = parser.parse_args(given)
    if getattr(parsed, "command", None) not in leaves:
        parser.print_help(sys.stderr)
        return 2
    try:
        configure_logs(Settings.from_environment().log_level)
        if parsed.command not in PARTS:
            from app.commands.audit_options import origin_of_command
            from app.findings.audit.origin import enter

            enter(origin_of_command(parsed.command))
        status: int = importlib.import_module(COMMANDS[parsed.command][0]).run(parsed)
    except DeskwardenError as error:
        print(error.message, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return status


def _parser(given: Sequence[str]) -> tuple[argparse.ArgumentParser, set[str]]:
    """Build the parser. Only the module of the command that is asked for is imported: starting stays quick."""
    parser = argparse.ArgumentParser(prog="deskwarden", description="Keeps a company's Zendesk account safe.")
    groups: dict[str, argparse._SubParsersAction[argparse.ArgumentParser]] = {
        "": parser.add_subparsers(metavar="COMMAND", title="commands")
    }
    words = [word for word in given if not word.startswith("-")]
    for command, (module, summary) in COMMANDS.items():
        group, _, leaf = command.rpartition(" ")
        if group not in groups:
            nested = groups[""].add_parser(group, help=f"{summary} …")
            groups[group] = nested.add_subparsers(metavar="WHAT", required=True)
        child = groups[group].add_parser(leaf, help=summary, description=summary.capitalize() + ".")
        child.set_defaults(command=command)
        if command.split() == words[: len(command.split())]:
            importlib.import_module(module).add_arguments(child)
    return parser, set(COMMANDS)


if __name__ == "__main__":
    sys.exit(main())
