"""What click says by itself, in Norwegian: help pages, and messages about a call that was wrong."""

import datetime
import re
from typing import Any

import click


class Command(click.Command):
    """A command whose help page is Norwegian throughout."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"options_metavar": "[VALG]", "add_help_option": True, **kwargs})

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "Viser denne hjelpen."
        return option

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), "Bruk: ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [row for param in self.get_params(ctx) if isinstance(param, click.Option)
                and (row := param.get_help_record(ctx)) is not None]
        with formatter.section("Valg"):
            formatter.write_dl(rows)


class Choice(click.Choice[str]):
    """One of a few words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value in self.choices:
            return value
        words = ", ".join(str(each) for each in self.choices)
        raise click.BadParameter(f"«{value}» er ikke ett av valgene. Velg en av {words}.", ctx, param)


class Day(click.ParamType[datetime.date]):
    """A day, as 2019-01-31."""

    name = "dato"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime.date:
        try:
            if re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value)):
                return datetime.date.fromisoformat(str(value))
        except ValueError:
            pass
        raise click.BadParameter(f"«{value}» er ikke en dato. Skriv den som 2019-01-31.", param=param, ctx=ctx)


class Seconds(click.ParamType[float]):
    """A limit of time. What is not a number, and no limit at all (``nan``, ``inf``), is refused."""

    name = "sekunder"

    def __init__(self, least: float, most: float) -> None:
        self.least, self.most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            number = float(value)
        except ValueError:
            number = self.most + 1
        if not self.least <= number <= self.most:  # nan is neither
            least = f"{self.least:g}".replace(".", ",")
            raise click.BadParameter(f"«{value}» er ikke et antall sekunder fra {least} til {self.most:.0f}.",
                                     param=param, ctx=ctx)
        return number


class Whole(click.IntRange):
    """A whole number within limits."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            most = f" til {self.max}" if self.max is not None else ""
            least = f" fra {self.min}{most}" if self.min is not None else ""
            raise click.BadParameter(f"«{value}» er ikke et helt tall{least}.", ctx, param) from None


def said(error: click.ClickException) -> str:
    """What was wrong with a call, and what to do."""
    match error:
        case click.NoSuchOption(option_name=name, ctx=click.Context(parent=click.Context() as above) as own) if any(
                name in each.opts and each.metavar for each in above.command.params):
            return f"Valget {name} står før kommandoen: {above.command_path} {name} … {own.info_name} …"
        case click.NoSuchOption(option_name=name, possibilities=near):
            return f"Valget {name} finnes ikke." + (f" Mente du {near[0]}?" if near else "")
        case click.MissingParameter(param=click.Argument() as argument):
            return f"{argument.make_metavar(error.ctx) if error.ctx else argument.human_readable_name} mangler."
        case click.MissingParameter():
            return f"{_names(error.param)} mangler."
        case click.BadParameter():
            return f"{_names(error.param)}: {error.message}" if error.param else error.message
        case click.BadOptionUsage(option_name=name):
            takes_none = "not take" in error.message
            return f"Valget {name} tar ingen verdi." if takes_none else f"Valget {name} trenger en verdi."
        case click.UsageError() if found := re.fullmatch(r"Got unexpected extra arguments? \((.*)\)", error.message):
            return f"Det er for mye i kallet: {found[1]}."
        case _:
            return error.format_message()


def _names(param: click.Parameter | None) -> str:
    return ", ".join(param.opts) if isinstance(param, click.Option) else param.human_readable_name if param else ""
