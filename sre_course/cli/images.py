"""Commands for the Docker backend's images: images list, pull, save, load."""

from pathlib import Path
from typing import Annotated

import typer


AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Lite = Annotated[bool, typer.Option("--lite", help="Without those of web pages.")]
Folder = Annotated[Path, typer.Argument(help="A folder for one .tar file per image")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    images = typer.Typer(
        help="The images that --backend docker starts: get them, or carry them to a "
        "machine without a network.",
        no_args_is_help=True,
    )
    images.command("list", epilog="Example: sre-course images list")(show)
    images.command(epilog="Example: sre-course images pull --lite")(pull)
    images.command(epilog="Example: sre-course images save /media/stick/images")(save)
    images.command(epilog="Example: sre-course images load /media/stick/images")(load)
    app.add_typer(images, name="images")


def show(*, lite: Lite = False, json: AsJson = False) -> None:
    """Show which images there are, which of them are here, and what they take."""
    from sre_course.cli.imaging import run_list

    raise typer.Exit(run_list(lite=lite, as_json=json))


def pull(*, lite: Lite = False) -> None:
    """Download what is missing and build the image of your app; asks nothing."""
    from sre_course.cli.imaging import run_pull

    raise typer.Exit(run_pull(lite=lite))


def save(folder: Folder, *, lite: Lite = False) -> None:
    """Write the images into a folder, for machines without a network."""
    from sre_course.cli.imaging import run_save

    raise typer.Exit(run_save(folder, lite=lite))


def load(folder: Folder) -> None:
    """Load the images of a folder that `images save` wrote."""
    from sre_course.cli.imaging import run_load

    raise typer.Exit(run_load(folder))
