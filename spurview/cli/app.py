"""The command `spurview`: its group, the bare `spurview [FILE]`, and how every error is told.

Exit codes: 0 done, 1 a clear error, 2 wrong usage, 3 an alarm with --fail-on-alarm, 130 stopped.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

import click

from spurview import log
from spurview.cli import commands
from spurview.cli.compare import compare
from spurview.cli.demo import demo
from spurview.cli.desktop import install_desktop
from spurview.cli.evaluate import evaluate
from spurview.cli.interrupt import INTERRUPTED
from spurview.cli.samples import samples
from spurview.cli.sharing import merge
from spurview.cli.version import print_version, version
from spurview.cli.window import window
from spurview.core.errors import Cancelled, SpurviewError


class _Commands(click.Group):
    """A command's name wins; anything else that is or looks like a file opens in the window."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which a newcomer needs them."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in self.commands or not _is_file_like(args[0]):
            return super().resolve_command(ctx, args)
        return "window", window, args


def _is_file_like(text: str) -> bool:
    return os.path.lexists(text) or os.sep in text or text.endswith((".spurview", ".h5", ".hdf5"))


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    subcommand_metavar="[FILE | COMMAND …]",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=print_version,
    help="Print spurview's version and those of what it runs with.",
)
@click.option("--debug", is_flag=True, help="Log more, and show tracebacks.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """Finds what an image classifier has learnt that it should not have.

    spurview alone opens the window, spurview FILE opens that project in it; with a command it works
    without a display. Start with: spurview demo
    """
    log.start(debug=debug)
    if ctx.invoked_subcommand is None:
        ctx.invoke(window, file=None)


for _command in (
    demo,
    commands.new,
    commands.run,
    merge,
    commands.findings,
    commands.export,
    commands.info,
    commands.check,
    compare,
    evaluate,
    samples,
    install_desktop,
    version,
):
    cli.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # File names and sentences may hold what an old terminal cannot show.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(_exit_code(arguments))


def _exit_code(arguments: Sequence[str] | None) -> int:
    try:
        code = cli.main(arguments, prog_name="spurview", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (Cancelled, KeyboardInterrupt, click.Abort) as error:
        click.echo(str(error) or "Stopped.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away, as `head` does; there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except SpurviewError as error:
        return _tell(str(error), error.details)
    except Exception as error:  # the edge: nothing above could show it
        log.record_error(traceback.format_exc())
        where = f"; the log {log.path()} holds the details" if log.path() else ""
        return _tell(
            f"spurview met an error of its own: {type(error).__name__}: {error}{where}.", ""
        )
    return code if isinstance(code, int) else 0


def _tell(sentence: str, details: str) -> int:
    click.echo(f"spurview: {sentence}", err=True)
    if log.is_debug():
        click.echo(details + "\n" + traceback.format_exc(), err=True)
    return 1
