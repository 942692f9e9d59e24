"""Pass TCP connections on, byte for byte, ends and breaks included."""

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass


BACKLOG = 512
PIECE = 65_536
PATIENCE = 10.0  # seconds to connect onwards


@dataclass(frozen=True, slots=True)
class Target:
    """Where connections go; the name is resolved for each, so it may move."""

    host: str
    port: int


async def listen(port: int, target: Target) -> asyncio.Server:
    """Pass on what arrives at a port, on every address of this container."""
    return await asyncio.start_server(
        lambda r, w: _serve(r, w, target),
        "0.0.0.0",  # noqa: S104 - a container's
        port,
        backlog=BACKLOG,
    )


async def take_over(listening: socket.socket, target: Target) -> asyncio.Server:
    """Pass on what arrives at a socket that listens already."""
    return await asyncio.start_server(
        lambda r, w: _serve(r, w, target), sock=listening, backlog=BACKLOG
    )


async def _serve(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: Target
) -> None:
    try:
        onward_reader, onward_writer = await asyncio.wait_for(
            asyncio.open_connection(target.host, target.port), PATIENCE
        )
    except OSError:  # TimeoutError is one
        _reset(writer)
        return
    both = (_copy(reader, onward_writer), _copy(onward_reader, writer))
    try:
        await asyncio.gather(*both)
    except OSError:
        _reset(writer)
        _reset(onward_writer)
    finally:
        writer.close()
        onward_writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy until the end and pass the end on; a break is raised."""
    while piece := await reader.read(PIECE):
        writer.write(piece)
        await writer.drain()
    with contextlib.suppress(OSError):  # it may have closed already
        writer.write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Break a connection: to close it would say that this was the end of an answer."""
    with contextlib.suppress(OSError):
        connection = writer.get_extra_info("socket")
        connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
    writer.transport.abort()
