"""What documents and messages name exists, and what exists is named."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from sre_course import wiring
from sre_course.cli.app import build


ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")]
)
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]
MESSAGES = sorted((ROOT / "sre_course").rglob("*.py"))
HEADINGS = ("Status", "Context", "Decision", "Consequences", "Revisit trigger")
GLOBAL = {"--plain", "--no-input", "--course", "--version", "--help"}


def commands(group: object = None, before: str = "") -> dict[str, set[str]]:
    """Return every command, `dev check` and the like too, with its options."""
    group = group or typer.main.get_command(build())
    found: dict[str, set[str]] = {}
    for name, command in getattr(group, "commands", {}).items():
        options = {o for p in command.params for o in p.opts if o.startswith("-")}
        found[f"{before}{name}"] = options
        found |= commands(command, f"{before}{name} ")
    return found


COMMANDS = commands()


def named(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield what a text tells its reader to type: the command and all its words."""
    for found in re.finditer(
        r"(?:^[$>] |`|^|→ |bin/)sre-course ([^`\n#…|&]+)", text, re.MULTILINE
    ):
        try:
            words = shlex.split(found[1])
        except ValueError:
            words = found[1].split()
        words = [w for w in words if w not in GLOBAL]
        if words and re.fullmatch(r"[a-z]+", words[0]):
            two = " ".join(words[:2])
            yield (two if two in COMMANDS else words[0]), words


def unknown(text: str) -> list[str]:
    """Return the commands and options of a text that there are not."""
    wrong = []
    for command, words in named(text):
        if command not in COMMANDS:
            wrong.append(command)
            continue
        options = {w.partition("=")[0] for w in words if w.startswith("--")}
        wrong += [f"{command} {o}" for o in options - COMMANDS[command] - GLOBAL]
    return wrong


def test_commands_are_found() -> None:
    """The test would not pass because it saw nothing."""
    assert len(COMMANDS) > 20
    assert "dev check" in COMMANDS
    assert unknown("`sre-course strat day1`") == ["strat"]
    assert unknown("$ sre-course check --fast") == ["check --fast"]
    assert unknown("`sre-course check beginner --json`") == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_a_document_names_commands_that_there_are(path: Path) -> None:
    """With options that they have."""
    assert unknown(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("which", wiring.exercises(), ids=str)
def test_briefings_and_hints_name_commands_that_there_are(which: object) -> None:
    """A learner who is stuck is told what works."""
    folder = ROOT / "exercises" / str(which)
    for name in ("README.md", "hints.md"):
        assert unknown((folder / name).read_text(encoding="utf-8")) == []


def test_messages_name_commands_that_there_are() -> None:
    """What an error tells its reader to type exists."""
    for path in MESSAGES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert unknown(node.value) == [], path


def test_the_readme_lists_every_command() -> None:
    """In the table, or as part of a group in it."""
    table = re.findall(r"^\| (`.*?) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    listed = " ".join(table)

    for command in COMMANDS:
        group = command.partition(" ")[0]
        assert f"`{command}" in listed or f"`{group}`" in listed, command


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_links_lead_somewhere(path: Path) -> None:
    """Every relative link and image is there."""
    text = path.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)\s]+)\)", text)

    for target in targets:
        if not target.startswith(("http://", "https://", "#")):
            assert (path.parent / target.partition("#")[0]).exists(), target


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs/adr").glob("0*.md")), ids=lambda p: p.stem
)
def test_a_decision_is_complete_and_short(path: Path) -> None:
    """One page, the same headings, numbered as its file."""
    text = path.read_text(encoding="utf-8")

    assert tuple(re.findall(r"^## (.*)$", text, re.MULTILINE)) == HEADINGS
    assert text.startswith(f"# {int(path.name[:4])}. ")
    assert len(text.splitlines()) <= 60


def test_decisions_are_numbered() -> None:
    """Each number once, none left out."""
    numbers = [int(p.name[:4]) for p in sorted((ROOT / "docs/adr").glob("0*.md"))]

    assert numbers == list(range(1, len(numbers) + 1))


def test_the_architecture_names_every_part() -> None:
    """Whoever adds a package says what it is responsible for."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    package = ROOT / "sre_course"
    parts = [p.parent for p in package.glob("*/__init__.py")]
    parts += [p.parent for p in package.glob("adapters/*/__init__.py")]

    for part in parts:
        name = str(part.relative_to(ROOT))
        assert f"`{name}" in text, name


def test_every_variable_is_documented() -> None:
    """What the environment can say is in a document, the marks of processes aside."""
    marks = {f"SRE_COURSE_{mark}" for mark in ("KEY", "PLAN", "ROLE")}
    code = " ".join(path.read_text(encoding="utf-8") for path in MESSAGES)
    said = " ".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    read = set(re.findall(r"\bSRE_COURSE_[A-Z]+\b", code)) - marks

    assert len(read) > 3
    assert {name for name in read if name not in said} == set()
