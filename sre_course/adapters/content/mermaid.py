"""Read the flowcharts that lessons use: nodes, frames, and the edges between them."""

import re
from dataclasses import dataclass, field
from hashlib import sha256

from sre_course.domain.lesson import Diagram, Edge


_NODE = re.compile(r'\s*(\w+)(?:\["([^"]*)"\]|\[([^\]"]*)\])?')
_LINK = re.compile(r'\s*(<-->|-->|---)(?:\|"?([^"|]*)"?\|)?')
_ARROW = {"-->": "->", "<-->": "<->", "---": "--"}
_FRAME = re.compile(r'subgraph\s+"?([^"]+)"?$')
_NAME = re.compile(r"%%\s*diagram:\s*([a-z0-9-]+)$")
_TITLE = re.compile(r"accTitle:\s*(.+)$")


@dataclass(slots=True)
class _Chart:
    name: str = ""
    title: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    frame: dict[str, str] = field(default_factory=dict)
    edges: list[tuple[str, str, str, str]] = field(default_factory=list)


def normalised(source: str) -> str:
    """Return the source without what changes no drawing: blanks and comments."""
    lines = (" ".join(line.split()) for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("%%"))


def digest(source: str) -> str:
    """Return what the drawing's checksum file must hold."""
    return sha256(normalised(source).encode()).hexdigest()


def read_diagram(source: str) -> Diagram:
    """Return the diagram of a flowchart, without art.

    Raises ValueError, naming the line, for what is no flowchart as lessons use it.
    """
    chart = _Chart()
    frames: list[str] = []
    for line in (raw.strip() for raw in source.splitlines()):
        if not line or line.startswith("flowchart"):
            continue
        if found := _NAME.match(line):
            chart.name = found[1]
        elif found := _TITLE.match(line):
            chart.title = found[1]
        elif line.startswith("%%"):
            continue
        elif found := _FRAME.match(line):
            frames.append(found[1].strip())
        elif line == "end":
            if not frames:
                raise ValueError("`end` without a subgraph")
            frames.pop()
        else:
            _statement(line, chart, frames[-1] if frames else "")
    if not chart.name or not chart.title:
        raise ValueError("`%% diagram: name` and `accTitle: …` must be there")
    return _diagram(chart)


def _statement(line: str, chart: _Chart, frame: str) -> None:
    source, rest = _node(line, line, chart, frame)
    while rest.strip():
        link = _LINK.match(rest)
        if link is None:
            raise ValueError(f"cannot read `{line}`")
        target, rest = _node(rest[link.end() :], line, chart, frame)
        chart.edges.append((source, target, _words(link[2] or ""), _ARROW[link[1]]))
        source = target


def _node(text: str, line: str, chart: _Chart, frame: str) -> tuple[str, str]:
    found = _NODE.match(text)
    if found is None:
        raise ValueError(f"cannot read `{line}`")
    name = found[1]
    label = found[2] or found[3]
    if label or name not in chart.labels:
        chart.labels[name], chart.remarks[name] = _label(label or name)
        chart.frame[name] = frame
    return name, text[found.end() :]


def _diagram(chart: _Chart) -> Diagram:
    def told(name: str) -> str:
        label = chart.labels[name]
        twins = [n for n, other in chart.labels.items() if other == label]
        return f"{chart.frame[name]}: {label}" if len(twins) > 1 else label

    groups: dict[str, list[str]] = {}
    for name, label in chart.labels.items():
        remark = chart.remarks[name]
        whole = f"{label} ({remark})" if remark else label
        groups.setdefault(chart.frame[name], []).append(whole)
    return Diagram(
        chart.name,
        chart.title,
        tuple((frame, tuple(labels)) for frame, labels in groups.items()),
        tuple(
            Edge(told(a), told(b), label, arrow) for a, b, label, arrow in chart.edges
        ),
    )


def _label(text: str) -> tuple[str, str]:
    """Split off a remark: `Metrics<br/>What happens?`, `Logs<br/>(as JSON)`."""
    head, _, rest = text.partition("<br/>")
    remark = _words(rest)
    if remark.startswith(("(", "- ")) or remark.endswith("?"):
        return _words(head), remark.strip("()- ")
    return _words(text), ""


def _words(label: str) -> str:
    return " ".join(label.replace("<br/>", " ").split())
