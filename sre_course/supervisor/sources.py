"""Whether the learner's Python compiles, before it is run."""

import ast
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path


SIZE = 1 << 20  # bytes of a file that we look at
LINE = 200  # characters of a line that are shown
SECONDS = 5.0  # that another interpreter may take to look at one
COMPILE = "import sys; compile(open(sys.argv[1], 'rb').read(), sys.argv[1], 'exec')"


def first_problem(workspace: Path, entry: str, python: str) -> str:
    """Return the first syntax error of a file and of what it imports beside it.

    The text names file, line and what is wrong; it is empty where all is well. Files
    that nothing imports may be broken: they are not run.
    """
    path = workspace / entry
    if not path.is_file():
        return f"{entry} is not there"
    if path.suffix != ".py":
        return ""
    waiting = [path]
    seen: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        try:
            source = path.read_bytes()
        except OSError as error:
            return f"{path.relative_to(workspace)}: {error.strerror}"
        if len(source) > SIZE:
            continue
        tree, problem = _compiled(source, str(path.relative_to(workspace)))
        if problem and not _accepted(python, path):
            return problem
        if tree is not None:
            waiting += _imported(tree, path, workspace)
    return ""


def _compiled(source: bytes, name: str) -> tuple[ast.Module | None, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(source, name)
            # some errors show only now, such as a `return` outside a function
            compile(tree, name, "exec", dont_inherit=True)
        except SyntaxError as error:
            return None, _described(error, name)
        except (ValueError, RecursionError, MemoryError) as error:
            return None, f"{name}: {error}"
    return tree, ""


def _described(error: SyntaxError, name: str) -> str:
    where = f"{name}, line {error.lineno}: {type(error).__name__}: {error.msg}"
    return f"{where}\n    {error.text.strip()[:LINE]}" if error.text else where


def _accepted(python: str, path: Path) -> bool:
    """Ask the app's own interpreter, which may know syntax that ours does not."""
    if python == sys.executable:
        return False
    try:
        done = subprocess.run(  # noqa: S603 - it compiles, it runs nothing
            [python, "-W", "ignore", "-c", COMPILE, str(path)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _imported(tree: ast.Module, path: Path, workspace: Path) -> Iterator[Path]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _files(workspace, alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            base = workspace if not node.level else path.parents[node.level - 1]
            parts = node.module.split(".") if node.module else []
            for alias in node.names:
                yield from _files(base, [*parts, alias.name])


def _files(base: Path, parts: list[str]) -> Iterator[Path]:
    """Yield the files that an import of a dotted name runs, if they are beside us."""
    for part in parts:
        base = base / part
        for found in (base.with_suffix(".py"), base / "__init__.py"):
            if found.is_file():
                yield found
