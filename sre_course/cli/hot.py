"""The commands that must be as quick as the interpreter."""


def run(arguments: list[str]) -> int | None:
    """Run a hot command, or return None to let Typer parse what we cannot."""
    return None
