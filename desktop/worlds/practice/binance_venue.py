"""Binance USD-M as a client meets it: combined and single streams on `/market`, the open interest endpoint.

As at the real venue other routes accept a connection and acknowledge a subscription, and then stay mute for these
streams.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from desktop.worlds.practice.http_server import HttpAnswer, HttpRequest, json_answer
from desktop.worlds.practice.storm_recording import TimeShift

_ALL_FORCED = "!forceOrder@arr"


class BinanceVenue:
    """Keeps the clients and the latest open interest; `publish` hands a recorded frame to those who asked for it."""

    def __init__(self, first_asked: Callable[[], None]) -> None:
        self._clients: set[_Client] = set()
        self._open_interest: dict[str, str] = {}
        self._first_asked = first_asked

    def talk_for(self, target: str) -> _Client:
        """Return the server's side of a new connection to this path and query."""
        return _Client(self, target)

    def publish(self, stream: str, frame: str, shift: TimeShift) -> None:
        """Send a combined frame, its times moved, to the clients of its stream."""
        text = shift.text(frame)
        for client in tuple(self._clients):
            client.offer(stream, text)

    def keep_open_interest(self, symbol: str, frame: str, shift: TimeShift) -> None:
        """Answer with this frame from now on when the symbol's open interest is asked for."""
        self._open_interest[symbol] = shift.text(frame)

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer a REST request."""
        if request.method == "GET" and request.path == "/fapi/v1/fundingInfo":
            return json_answer([])  # only symbols with an unusual funding interval are listed, and there are none
        if request.method != "GET" or request.path != "/fapi/v1/openInterest":
            return json_answer(
                {"code": -5000, "msg": f"Path {request.path}, Method {request.method} is invalid"}, 404
            )
        symbol = parse_qs(request.query).get("symbol", [""])[0]
        if symbol not in self._open_interest:
            return json_answer({"code": -1121, "msg": "Invalid symbol."}, 400)
        return HttpAnswer(200, self._open_interest[symbol].encode())

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
        self._delivers = route == "market"
        self._bare = kind.startswith("ws")
        listed = kind[3:] if self._bare else parse_qs(url.query).get("streams", [""])[0]
        self._streams = {unquote(name) for name in listed.split("/") if name}
        self._send: Callable[[str], None] = lambda text: None

    def opened(self, send: Callable[[str], None]) -> None:
        self._send = send
        if self._streams:
            self._venue.joined(self)

    def heard(self, text: str) -> None:
        try:
            request = msgspec.json.decode(text, type=_Request)
        except msgspec.MsgspecError:
            self._send('{"error":{"code":3,"msg":"Invalid JSON"}}')
            return
        if request.method == "SUBSCRIBE":
            self._streams.update(request.params)
            self._venue.joined(self)
        elif request.method == "UNSUBSCRIBE":
            self._streams.difference_update(request.params)
        result = sorted(self._streams) if request.method == "LIST_SUBSCRIPTIONS" else None
        self._send(msgspec.json.encode({"result": result, "id": request.id}).decode())

    def gone(self) -> None:
        self._venue.left(self)

    def offer(self, stream: str, frame: str) -> None:
        if not self._delivers:
            return
        names = [stream] if stream in self._streams else []
        if _ALL_FORCED in self._streams and stream.endswith("@forceOrder"):
            names.append(_ALL_FORCED)
        head = len(f'{{"stream":"{stream}","data":')
        for name in names:
            data = frame[head:-1]
            self._send(data if self._bare else f'{{"stream":"{name}","data":{data}}}')


class _Request(msgspec.Struct):
    method: str
    id: int | str | None = None
    params: list[str] = []
