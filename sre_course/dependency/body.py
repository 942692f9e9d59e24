"""A request's body, read within bounds."""

import json
from collections.abc import Mapping
from typing import BinaryIO


LIMIT = 1 << 20  # bytes
LINE = 1024


class BadBodyError(Exception):
    """The body is too long or not framed as HTTP says: the connection is over."""


def read_body(stream: BinaryIO, headers: Mapping[str, str]) -> bytes:
    """Read the body that a request's headers announce. Raises BadBodyError."""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _chunks(stream)
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdecimal()) or len(length) > len(str(LIMIT)):
        raise BadBodyError
    return _exactly(stream, int(length))


def parsed(body: bytes) -> object:
    """Return what a JSON body holds, or None if it is none."""
    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        return None


def _exactly(stream: BinaryIO, length: int) -> bytes:
    if length > LIMIT:
        raise BadBodyError
    body = stream.read(length)
    if len(body) < length:
        raise BadBodyError
    return body


def _chunks(stream: BinaryIO) -> bytes:
    body = b""
    while True:
        size = _line(stream).partition(b";")[0].strip()
        try:
            length = int(size, 16)
        except ValueError as error:
            raise BadBodyError from error
        if length < 0 or len(body) + length > LIMIT:
            raise BadBodyError
        if not length:
            break
        body += _exactly(stream, length)
        _line(stream)
    while _line(stream).strip():  # trailers
        pass
    return body


def _line(stream: BinaryIO) -> bytes:
    line = stream.readline(LINE)
    if not line.endswith(b"\n"):
        raise BadBodyError
    return line
