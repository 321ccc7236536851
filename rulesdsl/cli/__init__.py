"""The command line. One file a command; each is imported when it is asked for, so that starting stays quick."""

import gc
import importlib
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

import rulesdsl
from rulesdsl.cli.norwegian import Command, said
from rulesdsl.diagnostics import os_said
from rulesdsl.publish.line import clean

COMMANDS = {
    "explain": "avgjør en sak og viser hvilket punkt som ga hva",
    "check": "leser og kontrollerer regelverket",
    "fmt": "setter opp filene på én måte",
    "test": "prøver eksemplene i regelverket",
    "show": "viser utgavene, en utgave eller et punkt",
    "diff": "viser hva som er endret mellom to utgaver, punkt for punkt",
    "prove": "beviser egenskapene, eller viser en sak som bryter dem",
    "thresholds": "finner hvor ett steg i et tall eller en dato betyr mye",
    "verify": "avgjør saken i en forklaring på nytt og prøver kvitteringen",
    "run": "avgjør en hel tabell med saker",
    "sql": "skriver en utgave som én SQL-spørring",
    "convert": "gjør nedlastede åpne data til regelverkets tabeller",
    "schema": "gir JSON-skjemaet for sakene",
}


USAGE, STOPPED = 2, 130
"""Exit codes: the call itself was wrong; the user pressed Ctrl-C."""


class _Commands(Command, click.Group):
    def main(
        self, args: Sequence[str] | None = None, prog_name: str | None = None, complete_var: str | None = None,
        standalone_mode: bool = True, **extra: Any,
    ) -> Any:
        """As click does it, but what click says is said in Norwegian, and Ctrl-C is quiet."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, False, **extra)
        try:
            code = super().main(args, prog_name, complete_var, False, **extra)
        except click.ClickException as error:
            ctx = error.ctx if isinstance(error, click.UsageError) else None
            name = ctx.command_path if ctx else prog_name or "isfrules"
            click.echo(clean(f"feil  {said(error)}") + f"\n  Hjelp: {name} --help", err=True)
            sys.exit(USAGE)
        except click.Abort:
            sys.exit(STOPPED)
        sys.exit(code if isinstance(code, int) else 0)

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

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

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
    context_settings={"help_option_names": ["-h", "--help"]}, subcommand_metavar="KOMMANDO [ARGUMENTER]…",
)
@click.option("--rulebooks", metavar="STI", type=click.Path(readable=False, path_type=Path),
              help="Mappe eller fil med regelverk.")
@click.version_option(rulesdsl.__version__, "--version", prog_name="isfrules", message="%(prog)s %(version)s",
                      help="Viser versjonen.")
@click.pass_context
def group(ctx: click.Context, rulebooks: Path | None) -> None:
    ctx.obj = rulebooks
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _stop_all_the_same(lost: Any) -> None:
    """Ctrl-C that falls where Python cannot raise it, as while an object of the solver is let go, ends the program too.
    An object that was half made just then is let go without a word."""
    if lost.exc_type is KeyboardInterrupt:
        os._exit(STOPPED)
    if lost.exc_type is not AttributeError or getattr(lost.object, "__name__", "") != "__del__":
        sys.__unraisablehook__(lost)


def main() -> None:
    """The entry point. A reader that goes away (``| head``) and Ctrl-C end the program quietly."""
    # Little of what a short run makes is garbage, and looking for it takes a tenth of the time.
    gc.set_threshold(50_000)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A file is UTF-8 wherever it is written; a terminal is asked for no sign that it lacks.
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")
    sys.unraisablehook = _stop_all_the_same
    try:
        group.main(prog_name="isfrules")
    except KeyboardInterrupt:
        sys.exit(STOPPED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        click.echo(clean(f"feil  Kunne ikke lese eller skrive: {error.filename or 'ut'} ({os_said(error)})."), err=True)
        sys.exit(USAGE)
    finally:
        if "duckdb" not in sys.modules:  # which tells of everything that is left when the program ends
            gc.freeze()  # the program ends; its last look for garbage would find none worth the time
