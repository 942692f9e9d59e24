"""Take the README's tour for real: write its transcript and its pictures.

    python docs/screenshots.py

Every command runs at a terminal of 80 columns, in a home of its own. What is shown is
what was printed; lines left out are marked, and the folder of the home reads `~`.
"""

import os
import pty
import re
import select
import shutil
import struct
import sys
import tempfile
import termios
import time
from fcntl import ioctl
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text


ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
EXERCISE = ROOT / "exercises" / "day1" / "beginner"
BEGIN, END = "<!-- the tour, by docs/screenshots.py -->", "<!-- end of the tour -->"
COLUMNS, ROWS = 80, 50
PATIENCE = 120  # seconds for one command
GAP = "[…]"


class Shell:
    """A learner's terminal."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.transcript: list[str] = []
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("SRE_")},
            "DOCKER_HOST": "unix:///nothing/here",  # the tour needs no engine
            "HOME": str(home),
            "TERM": "xterm-256color",
        }
        self.environment.pop("NO_COLOR", None)

    def run(self, command: str, *, head: int = 99, tail: int = 99) -> str:
        """Run a command, note what is to be read of it, and return it with colours."""
        shown = settled(self.read(command)).replace(str(self.home), "~").rstrip()
        lines = Text.from_ansi(shown).plain.splitlines()
        if head + tail < len(lines):
            lines = [*lines[:head], GAP, *lines[len(lines) - tail :]]
        self.transcript += [f"$ {command}", *(line.rstrip() for line in lines), ""]
        return shown

    def tell(self, text: str) -> None:
        """Note what the learner does between two commands."""
        self.transcript += [f"# {text}", ""]

    def save(self, solution: str) -> None:
        """Save an app as the learner's file, and let it be noticed."""
        workspace = self.home / "sre-course" / "day1" / "beginner"
        shutil.copy(EXERCISE / solution / "app.py", workspace / "app.py")
        time.sleep(2)

    def read(self, command: str) -> str:
        """Run a command at a terminal and return every byte of it."""
        program, *arguments = command.split()
        told = [sys.executable, "-m", program.replace("-", "_"), *arguments]
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(ROOT)
            os.execve(told[0], told, self.environment)  # noqa: S606 - our own command
        ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        read = b""
        while select.select([terminal], [], [], PATIENCE)[0]:
            try:
                read += os.read(terminal, 65536)
            except OSError:  # the terminal's end
                break
        os.close(terminal)
        os.waitpid(child, 0)
        return read.decode()


def settled(raw: str) -> str:
    """Return what is left on the screen: progress that was wiped is gone."""
    lines = [""]
    for part in re.split(r"(\n|\x1b\[\d*[A-Za-z]|\x1b\[\?\d+[hl]|\r)", raw):
        if part == "\n":
            lines.append("")
        elif part == "\x1b[2K":
            lines[-1] = ""
        elif re.fullmatch(r"\x1b\[\d*A", part):
            lines.pop()
        elif not re.fullmatch(r"\r|\x1b\[\?\d+[hl]|\x1b\[\d*[B-Zac-ln-z]", part):
            lines[-1] += part
    return "\n".join(lines)


def picture(name: str, command: str, shown: str) -> None:
    """Write a picture of a command and its output; no font is fetched for it."""
    console = Console(
        record=True,
        width=COLUMNS,
        file=StringIO(),
        force_terminal=True,
        color_system="truecolor",
    )
    console.print(Text.from_ansi(f"\x1b[2m$\x1b[0m {command}\n{shown}"))
    path = IMAGES / f"{name}.svg"
    console.save_svg(str(path), title="", theme=MONOKAI, unique_id=name)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", path.read_text(), flags=re.DOTALL)
    svg = svg.replace("Fira Code", "DejaVu Sans Mono, Menlo, Consolas")
    path.write_text(re.sub(r"<!--.*?-->\s*", "", svg))


def slow_and_failed(shell: Shell) -> dict[str, str]:
    """Read off the metrics what the course will ask, as a learner does."""
    shown = Text.from_ansi(settled(shell.read("sre-course metrics http_request"))).plain
    slow, route, failed, orders = (0, 1), "", 0, 0
    for found in re.finditer(r'_bucket le="0\.25",.*?route="(/.*?)" +(\d+)', shown):
        whole = re.search(
            rf'_count +method="\w+",route="{re.escape(found[1])}" +(\d+)', shown
        )
        late = int(whole[1]) - int(found[2]) if whole else 0
        if whole and late / int(whole[1]) > slow[0] / slow[1]:
            slow, route = (late, int(whole[1])), found[1]
    for found in re.finditer(
        r'method="POST",route="/orders",status="(\d+)" +(\d+)', shown
    ):
        orders += int(found[2])
        failed += int(found[2]) if found[1] == "500" else 0
    return {
        "slow_route": route,
        "slow_share": f"{slow[0]}/{slow[1]}",
        "error_ratio": f"{failed}/{orders}",
    }


def tour(shell: Shell) -> None:
    """Walk from the starter to a pass."""
    shell.run("sre-course start beginner --no-input", head=0, tail=6)
    shell.run("sre-course check beginner", head=6, tail=2)
    shell.run("sre-course hint")
    shell.tell("You add a counter and a histogram. You save, and the app restarts.")
    shell.save("mutants/raw_path")
    picture("failed", "sre-course check", shell.run("sre-course check"))
    shell.run("sre-course hint", head=4, tail=0)
    shell.tell("You mend one line and send some load, to answer the questions.")
    shell.save("solutions/after_request")
    load = "sre-course load --rps 20 --for 20s"
    picture("load", load, shell.run(load, head=0, tail=15))
    told = " ".join(f"{k}={v}" for k, v in slow_and_failed(shell).items())
    shell.run(f"sre-course answer {told}", head=0, tail=1)
    passed = shell.run("sre-course check", head=0, tail=5)
    picture("passed", "sre-course check", passed)
    page = "sre-course read 1.4 --no-input"
    picture("lesson", "sre-course read 1.4", settled(shell.read(page)))
    shell.run("sre-course stop")


def main() -> None:
    """Write docs/images and the tour in the README."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="sre-course-tour-") as folder:
        shell = Shell(Path(folder))
        try:
            tour(shell)
        finally:
            shell.read("sre-course stop")
    text = "\n".join(shell.transcript).rstrip()
    readme = ROOT / "README.md"
    before, _, rest = readme.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    block = f"{BEGIN}\n\n```console\n{text}\n```\n\n{END}"
    readme.write_text(f"{before}{block}{after}")


if __name__ == "__main__":
    main()
