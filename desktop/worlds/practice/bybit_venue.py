"""Bybit v5 linear as a client meets it: subscribe, acknowledgement, ping, a ticker snapshot before the deltas."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from desktop.worlds.practice.bybit_wire import CHANNEL
from desktop.worlds.practice.storm_recording import TimeShift

_KNOWN = ("allLiquidation.", "publicTrade.", "tickers.", "orderbook.")


class BybitVenue:
    """Keeps the clients and the tickers as they stand; `publish` hands a recorded frame to those who asked for it.

    `snapshot` gives the whole of what a topic is about, None where it is not known.
    """

    def __init__(
        self, first_asked: Callable[[], None], snapshot: Callable[[str], str | None] = lambda topic: None
    ) -> None:
        self._snapshot = snapshot
        self._clients: set[_Client] = set()
        self._tickers: dict[str, _Ticker] = {}
        self._first_asked = first_asked
        self._connections = 0

    def talk_for(self, target: str) -> _Client | None:
        """Return the server's side of a new connection; None for a path this venue does not have."""
        self._connections += 1
        return _Client(self, f"practice-{self._connections}") if target.partition("?")[0] == CHANNEL else None

    def publish(self, topic: str, frame: str, shift: TimeShift) -> None:
        """Send a frame, its times moved, to the clients of its topic."""
        text = shift.text(frame)
        if topic.startswith("tickers."):
            self._fold_ticker(topic, text)
        self.send(topic, text)

    def send(self, topic: str, text: str) -> None:
        """Send a frame as it is to the clients of its topic."""
        for client in tuple(self._clients):
            client.offer(topic, text)

    def snapshot(self, topic: str) -> str | None:
        """Return a ticker or a book as it stands, as a snapshot, or None while nothing is known."""
        ticker = self._tickers.get(topic)
        return self._snapshot(topic) if ticker is None else msgspec.json.encode(ticker).decode()

    def is_asked_for(self, marks: Sequence[str]) -> bool:
        """Return whether a client has asked for a stream whose name holds one of these marks."""
        return any(mark in name for client in self._clients for name in client.topics for mark in marks)

    def joined(self, client: _Client) -> None:
        """Serve this client from now on."""
        self._clients.add(client)
        self._first_asked()

    def left(self, client: _Client) -> None:
        """Forget this client."""
        self._clients.discard(client)

    def _fold_ticker(self, topic: str, text: str) -> None:
        news = msgspec.json.decode(text, type=_Ticker)
        before = self._tickers.get(topic)
        data = news.data if before is None else {**before.data, **news.data}
        self._tickers[topic] = _Ticker(topic=topic, type="snapshot", data=data, cs=news.cs, ts=news.ts)


class _Client:
    def __init__(self, venue: BybitVenue, name: str) -> None:
        self._venue, self._name = venue, name
        self.topics: set[str] = set()
        self._send: Callable[[str], None] = lambda text: None

    def opened(self, send: Callable[[str], None]) -> None:
        self._send = send

    def heard(self, text: str) -> None:
        try:
            request = msgspec.json.decode(text, type=_Request)
        except msgspec.MsgspecError:
            self._reply("", success=False, words="error:invalid JSON", request_id="")
            return
        if request.op == "ping":
            self._reply("ping", success=True, words="pong", request_id=request.req_id)
        elif request.op == "subscribe":
            self._subscribe(request)
        elif request.op == "unsubscribe":
            self.topics.difference_update(request.args)
            self._reply("unsubscribe", success=True, words="", request_id=request.req_id)
        else:
            self._reply(request.op, success=False, words="error:unknown op", request_id=request.req_id)

    def gone(self) -> None:
        self._venue.left(self)

    def offer(self, topic: str, frame: str) -> None:
        if topic in self.topics:
            self._send(frame)

    def _subscribe(self, request: _Request) -> None:
        unknown = [topic for topic in request.args if not topic.startswith(_KNOWN)]
        if unknown:
            words = f"error:handler not found,topic:{unknown[0]}"
            self._reply("subscribe", success=False, words=words, request_id=request.req_id)
            return
        self._reply("subscribe", success=True, words="", request_id=request.req_id)
        for topic in request.args:
            snapshot = self._venue.snapshot(topic)
            if snapshot is not None:
                self._send(snapshot)
        self.topics.update(request.args)
        self._venue.joined(self)

    def _reply(self, op: str, *, success: bool, words: str, request_id: str) -> None:
        answer = {"success": success, "ret_msg": words, "conn_id": self._name, "req_id": request_id, "op": op}
        self._send(msgspec.json.encode(answer).decode())


class _Request(msgspec.Struct):
    op: str
    args: list[str] = []
    req_id: str = ""


class _Ticker(msgspec.Struct):
    topic: str
    type: str
    data: dict[str, str]
    cs: int
    ts: int
