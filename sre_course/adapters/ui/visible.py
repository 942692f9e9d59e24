"""What a learner's app wrote, made safe to print."""


def visible(text: str, *, limit: int = 2000) -> str:
    """Make what a learner's app wrote safe to print: bounded, no control characters.

    Everything that a terminal could act on is shown as an escape instead.
    """
    shown = "".join(
        c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode()
        for c in text[:limit]
    )
    return shown if len(text) <= limit else f"{shown} … ({len(text) - limit} more)"
