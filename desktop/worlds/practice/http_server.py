"""A small HTTP/1.1 server on loopback for practice exchange, chain and polls. The one door to h11 of the worlds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import h11
import msgspec

_READ_BYTES = 65_536
_LARGEST_BODY = 1_000_000


@dataclass(frozen=True)
class HttpRequest:
    """A request as it came: `query` is the raw text after the question mark; header names are lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class HttpAnswer:
    """What goes back."""

    status: int
    body: bytes
    content_type: str = "application/json"


Handler = Callable[[HttpRequest], HttpAnswer]


def json_answer(value: object, status: int = 200) -> HttpAnswer:
    """Return the value as a JSON answer."""
    return HttpAnswer(status, msgspec.json.encode(value))


def text_answer(text: str, status: int = 200) -> HttpAnswer:
    """Return plain text."""
    return HttpAnswer(status, text.encode(), "text/plain")


class HttpServer:
    """Answers every request with `handler`, on 127.0.0.1 and a port of the system's choice. One event loop."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def url(self) -> str:
        """Return the base address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start to listen; `port` is known afterwards."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and end every connection."""
        if self._server is None:
            return
        self._server.close()
        talks = list(self._talks)
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.get_running_loop().create_task(self._talk(reader, writer), name="practice http")
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER)
        try:
            while await self._one_request(connection, reader, writer):
                connection.start_next_cycle()
        except h11.RemoteProtocolError as error:
            await self._refuse(connection, writer, error)
        except ConnectionError:
            pass  # the client left: nobody is there to be told
        finally:
            writer.close()

    async def _one_request(
        self, connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        head: h11.Request | None = None
        body = bytearray()
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                connection.receive_data(await reader.read(_READ_BYTES))
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > _LARGEST_BODY:
                    raise h11.RemoteProtocolError("body too large", error_status_hint=413)
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                await _send(connection, writer, self._handler(_request(head, bytes(body))))
                return connection.our_state is h11.DONE and connection.their_state is h11.DONE
            else:
                return False

    async def _refuse(
        self, connection: h11.Connection, writer: asyncio.StreamWriter, error: h11.RemoteProtocolError
    ) -> None:
        if connection.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            await _send(connection, writer, text_answer("bad request", error.error_status_hint))


def _request(head: h11.Request, body: bytes) -> HttpRequest:
    path, _, query = head.target.decode("ascii", "replace").partition("?")
    headers = {name.decode("ascii"): value.decode("latin-1") for name, value in head.headers}
    return HttpRequest(head.method.decode("ascii"), path, query, headers, body)


async def _send(connection: h11.Connection, writer: asyncio.StreamWriter, answer: HttpAnswer) -> None:
    headers = [("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body)))]
    for event in (
        h11.Response(status_code=answer.status, headers=headers),
        h11.Data(data=answer.body),
        h11.EndOfMessage(),
    ):
        writer.write(connection.send(event) or b"")
    await writer.drain()
