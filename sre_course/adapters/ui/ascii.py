"""Say the same with the characters that every terminal has."""

_DRAWN = {
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯╞╡╪", "+"),
    **dict.fromkeys("─━═╌", "-"),
    **dict.fromkeys("│┃║", "|"),
    **dict.fromkeys("▶►▸→⟶", ">"),
    **dict.fromkeys("◀◄←", "<"),
    **dict.fromkeys("▼↓", "v"),
    **dict.fromkeys("▲↑", "^"),
}
_WRITTEN = {
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{MIDDLE DOT}": "-",
    "\N{BULLET}": "-",
    "\N{MULTIPLICATION SIGN}": "x",
    "\N{PLUS-MINUS SIGN}": "+-",
    "\N{LESS-THAN OR EQUAL TO}": "<=",
    "\N{GREATER-THAN OR EQUAL TO}": ">=",
    "\N{ALMOST EQUAL TO}": "~",
    "\N{MICRO SIGN}": "u",
    "\N{CHECK MARK}": "x",
    "\N{NO-BREAK SPACE}": " ",
}
_TABLE = str.maketrans({**_DRAWN, **_WRITTEN})


def to_ascii(text: str) -> str:
    """Replace drawing and typographic characters; what is left becomes `?`."""
    return text.translate(_TABLE).encode("ascii", "replace").decode("ascii")
