"""All commands; each module registers its own."""

import typer

from sre_course.cli import (
    authoring,
    environment,
    images,
    judging,
    learning,
    looking,
    stack,
)


INTERRUPTED = 130


def build() -> typer.Typer:
    """Return the application."""
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        help="SRE training in the terminal, checked against your running app.",
        epilog="Everywhere: --plain (no colour, no drawing), --no-input (never ask), "
        "--course PATH (another course). Start with: sre-course start day1",
    )
    modules = (environment, learning, judging, looking, stack, images, authoring)
    for module in modules:
        module.register(app)
    return app


def run(arguments: list[str]) -> int:
    """Parse and run one command; return its exit code.

    Typer makes exit codes of Ctrl-C and of a closed pipe: they are raised again.
    """
    try:
        build()(args=arguments, prog_name="sre-course")
    except SystemExit as end:
        if end.code == INTERRUPTED:
            raise KeyboardInterrupt from end
        if isinstance(end.__context__, BrokenPipeError):
            raise end.__context__ from None
        return end.code if isinstance(end.code, int) else 1
    return 0
