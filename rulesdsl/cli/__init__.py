"""The command line. One file a command; each is imported when it is asked for, so that starting stays quick."""

import importlib
import os
import sys
from pathlib import Path

import click

import rulesdsl

COMMANDS = {
    "explain": "avgjør en sak og viser hvilket punkt som ga hva",
    "check": "leser og kontrollerer regelverket",
    "fmt": "setter opp filene på én måte",
    "test": "prøver eksemplene i regelverket",
    "show": "viser utgavene, en utgave eller et punkt",
    "schema": "gir JSON-skjemaet for sakene",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"rulesdsl.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Kommandoer"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from rulesdsl.diagnostics import did_you_mean

            hint = did_you_mean(args[0], COMMANDS)
            raise click.UsageError(f"«{args[0]}» er ikke en kommando. {hint}".strip(), ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands, invoke_without_command=True, help="Regelverket for ISF som regler en maskin kan følge og forklare.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--rulebooks", type=click.Path(path_type=Path), help="Mappe eller fil med regelverk.")
@click.version_option(rulesdsl.__version__, "--version", prog_name="isfrules", help="Viser versjonen.")
@click.pass_context
def group(ctx: click.Context, rulebooks: Path | None) -> None:
    ctx.obj = rulebooks
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> None:
    """The entry point. A reader that goes away (``| head``) ends the program quietly."""
    try:
        group.main(prog_name="isfrules")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
