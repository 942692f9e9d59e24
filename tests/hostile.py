"""Servers that answer as no server should."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator


Behave = Callable[[socket.socket, bytes], None]  # a connection and the request's head


@contextlib.contextmanager
def serving(behave: Behave) -> Iterator[str]:
    """Serve on an ephemeral port; yield the base URL; end with the block."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    connections: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def handle(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            behave(connection, head_of(connection))

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connections.append(connection)
            thread = threading.Thread(target=handle, args=(connection,), daemon=True)
            threads.append(thread)
            thread.start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join(5)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(5)


def head_of(connection: socket.socket) -> bytes:
    """Read a request's head, with whatever came along of its body."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65_536)
        if not piece:
            break
        data += piece
    return data


def sends(*pieces: bytes) -> Behave:
    """Send these bytes and close."""

    def behave(connection: socket.socket, head: bytes) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return behave


def answers(
    body: bytes,
    content_type: str | None = "text/plain; version=0.0.4",
    *,
    status: str = "200 OK",
    headers: str = "",
) -> Behave:
    """Answer properly, with this body."""
    kind = f"Content-Type: {content_type}\r\n" if content_type else ""
    head = f"HTTP/1.1 {status}\r\n{kind}Content-Length: {len(body)}\r\n{headers}\r\n"
    return sends(head.encode("latin-1"), body)
