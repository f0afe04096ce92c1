"""Binance USD-M as a client meets it: streams on `/market`, books on `/public`, open interest and depth by REST.

As at the real venue other routes accept a connection and acknowledge a subscription, and then stay mute for these
streams.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from desktop.worlds.practice.http_server import HttpAnswer, HttpRequest, json_answer
from desktop.worlds.practice.storm_recording import TimeShift

_ALL_FORCED = "!forceOrder@arr"


class BinanceVenue:
    """Keeps the clients and the latest open interest; `publish` hands a recorded frame to those who asked for it.

    `first_words` gives what a client of a stream is told at once; `whole_depth` the whole book of a symbol.
    """

    def __init__(
        self,
        first_asked: Callable[[], None],
        *,
        first_words: Callable[[str], Iterable[str]] = lambda stream: (),
        whole_depth: Callable[[str], str | None] = lambda symbol: None,
    ) -> None:
        self.first_words = first_words
        self._whole_depth = whole_depth
        self._clients: set[_Client] = set()
        self._open_interest: dict[str, str] = {}
        self._first_asked = first_asked

    def talk_for(self, target: str) -> _Client:
        """Return the server's side of a new connection to this path and query."""
        return _Client(self, target)

    def publish(self, stream: str, frame: str, shift: TimeShift) -> None:
        """Send a combined frame, its times moved, to the clients of its stream."""
        self.send(stream, shift.text(frame))

    def send(self, stream: str, text: str) -> None:
        """Send a combined frame as it is to the clients of its stream."""
        for client in tuple(self._clients):
            client.offer(stream, text)

    def keep_open_interest(self, symbol: str, frame: str, shift: TimeShift) -> None:
        """Answer with this frame from now on when the symbol's open interest is asked for."""
        self._open_interest[symbol] = shift.text(frame)

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer a REST request."""
        if request.method == "GET" and request.path == "/fapi/v1/fundingInfo":
            return json_answer([])  # only symbols with an unusual funding interval are listed, and there are none
        symbol = parse_qs(request.query).get("symbol", [""])[0]
        if request.method == "GET" and request.path == "/fapi/v1/depth":
            found = self._whole_depth(symbol)
        elif request.method == "GET" and request.path == "/fapi/v1/openInterest":
            found = self._open_interest.get(symbol)
        else:
            words = f"Path {request.path}, Method {request.method} is invalid"
            return json_answer({"code": -5000, "msg": words}, 404)
        if found is None:
            return json_answer({"code": -1121, "msg": "Invalid symbol."}, 400)
        return HttpAnswer(200, found.encode())

    def is_asked_for(self, marks: Sequence[str]) -> bool:
        """Return whether a client has asked for a stream whose name holds one of these marks."""
        return any(mark in name for client in self._clients for name in client.streams for mark in marks)

    def joined(self, client: _Client) -> None:
        """Serve this client from now on."""
        self._clients.add(client)
        self._first_asked()

    def left(self, client: _Client) -> None:
        """Forget this client."""
        self._clients.discard(client)


class _Client:
    def __init__(self, venue: BinanceVenue, target: str) -> None:
        self._venue = venue
        url = urlsplit(target)
        route, _, kind = url.path.strip("/").partition("/")
        self._route = route
        self._bare = kind.startswith("ws")
        listed = kind[3:] if self._bare else parse_qs(url.query).get("streams", [""])[0]
        self.streams = {unquote(name) for name in listed.split("/") if name}
        self._send: Callable[[str], None] = lambda text: None

    def opened(self, send: Callable[[str], None]) -> None:
        self._send = send
        if self.streams:
            self._venue.joined(self)
            self._begin(self.streams)

    def heard(self, text: str) -> None:
        try:
            request = msgspec.json.decode(text, type=_Request)
        except msgspec.MsgspecError:
            self._send('{"error":{"code":3,"msg":"Invalid JSON"}}')
            return
        if request.method == "SUBSCRIBE":
            self.streams.update(request.params)
            self._venue.joined(self)
            self._begin(request.params)
        elif request.method == "UNSUBSCRIBE":
            self.streams.difference_update(request.params)
        result = sorted(self.streams) if request.method == "LIST_SUBSCRIPTIONS" else None
        self._send(msgspec.json.encode({"result": result, "id": request.id}).decode())

    def gone(self) -> None:
        self._venue.left(self)

    def offer(self, stream: str, frame: str) -> None:
        if self._route != ("public" if "@depth" in stream else "market"):
            return
        names = [stream] if stream in self.streams else []
        if _ALL_FORCED in self.streams and stream.endswith("@forceOrder"):
            names.append(_ALL_FORCED)
        head = len(f'{{"stream":"{stream}","data":')
        for name in names:
            data = frame[head:-1]
            self._send(data if self._bare else f'{{"stream":"{name}","data":{data}}}')

    def _begin(self, streams: Iterable[str]) -> None:
        for stream in streams:
            for frame in self._venue.first_words(stream):
                self.offer(stream, frame)


class _Request(msgspec.Struct):
    method: str
    id: int | str | None = None
    params: list[str] = []
