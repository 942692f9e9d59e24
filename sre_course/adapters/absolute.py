"""Folders as learners name them; pathlib takes too long for the quickest commands."""

import os


def absolute(told: str) -> str:
    """Return a path in full: `~` and the folder that we are in are put before it.

    `..` stays, since a link before it would lead elsewhere. Raises OSError where the
    folder that we are in is gone.
    """
    path = os.path.expanduser(told)
    if not os.path.isabs(path):
        path = os.path.join(os.getcwd(), path)
    parts = [part for part in path.split(os.sep) if part not in ("", os.curdir)]
    return os.sep + os.sep.join(parts)
