"""Socket bytes to judged liquidation, while the window paints: engine thread beside the GUI loop.

A second process sends Binance frames over loopback TCP at a steady rate; every sixtieth is a forced order that
carries its own send time. Measured is the time until the market desk has folded and judged it. Mode "engine" reads
in a thread of its own (Seawall's layout), mode "gui" reads on the window's event loop; both paint two panes of
4,000 points at 30 frames a second. Prints p50, p99 and the ratio gui/engine.

    python benchmarks/alert_latency.py [--rate 6000] [--seconds 8]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

EVERY = 60


def send(port: int, rate: int, seconds: float) -> None:
    """Connect and send `rate` frames a second for so long, in steps of five milliseconds."""
    import socket

    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        begin, sent, total = time.monotonic(), 0, int(rate * seconds)
        while sent < total:
            due = min(total, int((time.monotonic() - begin) * rate))
            lines = [_frame(number) for number in range(sent, due)]
            if lines:
                connection.sendall(b"".join(lines))
            sent = max(sent, due)
            time.sleep(0.002)


def _frame(number: int) -> bytes:
    now_ms = time.time_ns() // 1_000_000
    price = 80_000 + number % 997 / 10
    if number % EVERY:
        return (
            f'{{"stream":"btcusdt@aggTrade","data":{{"e":"aggTrade","E":{now_ms},"a":{number},"s":"BTCUSDT",'
            f'"p":"{price:.2f}","q":"0.016","f":1,"l":2,"T":{now_ms},"m":true}}}}\n'
        ).encode()
    return (
        f'{{"stream":"btcusdt@forceOrder","data":{{"e":"forceOrder","E":{now_ms},"o":{{"s":"BTCUSDT","S":"SELL",'
        f'"o":"LIMIT","f":"IOC","q":"0.190","p":"{price:.2f}","ap":"{price:.2f}","X":"FILLED","l":"0.1",'
        f'"z":"0.190","T":{now_ms}}},"sent_ns":{time.monotonic_ns()}}}}}\n'
    ).encode()


class Judge:
    """Parse and fold each line; keep how old every forced order is once it is judged."""

    def __init__(self) -> None:
        from desktop.engine.market.market_desk import MarketDesk
        from desktop.storage.instrument_file import shipped_instruments
        from desktop.storage.rule_files import shipped_rules
        from desktop.venues.binance.parse import parse

        self._parse, self._instruments = parse, shipped_instruments()
        self._desk = MarketDesk(("BTC",), shipped_rules(), ("binance",))
        self.ages_ms: list[float] = []

    def take(self, line: bytes) -> None:
        """Judge one line."""
        received_ns = time.time_ns()
        for message in self._parse(
            line, channel="/market/stream", received_ns=received_ns, instruments=self._instruments
        ):
            self._desk.fold(message, received_ns // 1_000_000)
        mark = line.rfind(b'"sent_ns":')
        if mark > 0:
            sent_ns = int(line[mark + 10 : line.index(b"}", mark)])
            self.ages_ms.append((time.monotonic_ns() - sent_ns) / 1e6)


def _engine_mode(judge: Judge, port_ready: Callable[[int], None], done: Callable[[], None]) -> threading.Thread:
    async def serve() -> None:
        finished = asyncio.Event()

        async def read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while line := await reader.readline():
                judge.take(line)
            writer.close()
            finished.set()

        server = await asyncio.start_server(read, "127.0.0.1", 0, limit=1 << 20)
        port_ready(server.sockets[0].getsockname()[1])
        await finished.wait()
        server.close()
        done()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="engine")
    thread.start()
    return thread


def _paint(application: object) -> tuple[object, object]:
    import numpy as np
    import pyqtgraph as pg
    from PySide6.QtCore import QTimer

    window = pg.GraphicsLayoutWidget(size=(1200, 700))
    x = np.arange(4000.0)
    curves = [window.addPlot(row=row, col=0).plot(x, np.sin(x / 60)) for row in range(2)]
    window.show()
    step = [0]

    def paint() -> None:
        step[0] += 5
        for curve in curves:
            curve.setData(x, np.sin((x + step[0]) / 60))

    timer = QTimer()
    timer.timeout.connect(paint)
    timer.start(33)
    return window, timer


def run(mode: str, rate: int, seconds: float) -> None:
    """Run one mode and print its ages."""
    from PySide6.QtCore import QObject, Qt, Signal
    from PySide6.QtNetwork import QHostAddress, QTcpServer
    from PySide6.QtWidgets import QApplication

    application = QApplication([])
    painted = _paint(application)
    judge = Judge()

    class Bell(QObject):
        rung = Signal()

    bell = Bell()
    bell.rung.connect(application.quit, Qt.ConnectionType.QueuedConnection)
    senders: list[subprocess.Popen[bytes]] = []

    def start_sender(port: int) -> None:
        arguments = [sys.executable, __file__, "--send", str(port), "--rate", str(rate), "--seconds", str(seconds)]
        senders.append(subprocess.Popen(arguments))

    thread: threading.Thread | None = None
    if mode == "engine":
        thread = _engine_mode(judge, start_sender, bell.rung.emit)
    else:
        server = QTcpServer()
        server.listen(QHostAddress(QHostAddress.SpecialAddress.LocalHost), 0)

        def connected() -> None:
            socket = server.nextPendingConnection()

            def read() -> None:
                while socket.canReadLine():
                    judge.take(bytes(socket.readLine().data()))

            socket.readyRead.connect(read)
            socket.disconnected.connect(application.quit)

        server.newConnection.connect(connected)
        start_sender(server.serverPort())
    application.exec()
    if thread is not None:
        thread.join()
    for sender in senders:
        sender.wait()
    del painted
    ages = sorted(judge.ages_ms)
    print(mode, len(ages), ages[len(ages) // 2], ages[int(len(ages) * 0.99)])


def main() -> None:
    """Run both modes in processes of their own, in turn, and print them side by side."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=6000)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--send", type=int)
    parser.add_argument("--mode")
    options = parser.parse_args()
    if options.send:
        send(options.send, options.rate, options.seconds)
        return
    if options.mode:
        run(options.mode, options.rate, options.seconds)
        return
    rows: dict[str, list[tuple[float, float]]] = {"engine": [], "gui": []}
    for _ in range(options.rounds):
        for mode in rows:
            arguments = [sys.executable, __file__, "--mode", mode, "--rate", str(options.rate)]
            arguments += ["--seconds", str(options.seconds)]
            words = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout.split()
            rows[mode].append((float(words[2]), float(words[3])))
    middle = {mode: sorted(values, key=lambda v: v[1])[len(values) // 2] for mode, values in rows.items()}
    print(
        f"socket bytes to judged forced order, {options.rate} frames/s, two panes at 30 fps, {options.rounds} rounds"
    )
    for mode, (p50, p99) in middle.items():
        print(f"  {mode:7} p50 {p50:7.2f} ms   p99 {p99:8.2f} ms")
    print(f"  p99 ratio gui loop / engine thread: {middle['gui'][1] / middle['engine'][1]:.1f}")


if __name__ == "__main__":
    main()
