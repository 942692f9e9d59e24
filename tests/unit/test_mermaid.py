"""Flowcharts, read for their edges."""

import pytest

from sre_course.adapters.content.mermaid import digest, normalised, read_diagram


CHART = """
%% diagram: two-services
flowchart LR
    accTitle: Two services
    %% a remark
    subgraph "Service A"
        A1["Receive<br/>Request"] --> A2["Call B"]
    end
    subgraph "Service B"
        B1["Receive<br/>Request"]
    end
    A2 -->|"POST<br/>/pay"| B1
    Z["Zoo<br/>- a<br/>- b"]
    Y["Yes<br/>(or no)"] --> X["X<br/>Why so?"]
    B1 --> B1
    T["Trace"] --- A1
    A1 <-->|"by time"| B1 --> Z
"""


def test_every_edge_is_listed() -> None:
    """With its label and direction; equal labels are told apart by their frame."""
    diagram = read_diagram(CHART)
    assert [str(edge) for edge in diagram.edges] == [
        "Service A: Receive Request -> Call B",
        "Call B -> Service B: Receive Request (POST /pay)",
        "Yes -> X",
        "Service B: Receive Request -> itself",
        "Trace -- Service A: Receive Request",
        "Service A: Receive Request <-> Service B: Receive Request (by time)",
        "Service B: Receive Request -> Zoo",
    ]


def test_frames_hold_their_nodes() -> None:
    """Nodes outside of any frame come under an empty name."""
    diagram = read_diagram(CHART)
    assert diagram.name == "two-services"
    assert diagram.title == "Two services"
    assert diagram.groups == (
        ("Service A", ("Receive Request", "Call B")),
        ("Service B", ("Receive Request",)),
        ("", ("Zoo (a - b)", "Yes (or no)", "X (Why so?)", "Trace")),
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("A ==> B", "A ==> B"),
        ("A -->", "A -->"),
        ("--> B", "--> B"),
        ("end", "subgraph"),
    ],
)
def test_what_cannot_be_read_is_named(line: str, told: str) -> None:
    """The author sees the line, not a wrong drawing."""
    with pytest.raises(ValueError, match=told):
        read_diagram(f"%% diagram: x\naccTitle: X\nflowchart TD\n{line}")


def test_a_name_and_a_title_are_needed() -> None:
    """Without them there is neither art nor anything to read out."""
    with pytest.raises(ValueError, match="accTitle"):
        read_diagram("flowchart TD\nA --> B")


def test_blanks_and_remarks_do_not_outdate_a_drawing() -> None:
    """Everything else does."""
    assert normalised(" A  --> B\n\n%% why\n") == "A --> B"
    assert digest("A --> B") == digest("\n  A -->  B\n%% x")
    assert digest("A --> B") != digest("A --> C")
