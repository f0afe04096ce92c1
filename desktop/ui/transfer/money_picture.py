"""The picture of the money: what leaves the exchange, over which network, and what arrives in the wallet."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.custody.routes import routes_of
from desktop.custody.transfer import TransferState
from desktop.domain.chains import CHAINS
from desktop.domain.venue_names import venue_name
from desktop.ui import wording
from desktop.ui.transfer import look
from desktop.ui.transfer.seen import Seen
from desktop.ui.transfer_wording import clock, coins, confirmations, eta, fingerprint, tr

S = TransferState
_NODE_HEIGHT = 66
_SHORTEST_LINK = 52
_TOP = 4
_ROOM_FOR_FEE = 30


class MoneyWords(msgspec.Struct, frozen=True):
    """The words in the picture: three nodes of (where, value, note), and the fee that drops out between."""

    source: tuple[str, str, str]
    network: tuple[str, str, str]
    wallet: tuple[str, str, str]
    fee: str
    left: bool
    landed: bool


def money_words(seen: Seen) -> MoneyWords:
    """Return what the picture says for this transfer."""
    transfer, price = seen.transfer, seen.price_usd
    worth = (
        tr("about {usd}").format(usd=wording.dollars(float(transfer.amount) * price))
        if transfer.amount and price
        else ""
    )
    source = (
        tr("{venue} · spot").format(venue=venue_name(transfer.venue)),
        coins(transfer.amount, transfer.coin),
        worth or tr("value not known"),
    )
    proof = seen.destination
    key = proof.fingerprint if proof is not None else seen.device.fingerprint
    wallet = (
        tr("My wallet · {name}").format(name=seen.device.label or "OneKey"),
        coins(seen.arrives, transfer.coin) if seen.arrives is not None else tr("depends on the route"),
        tr("wallet {key}").format(key=fingerprint(key)) if key else tr("not recognised yet"),
    )
    ended = transfer.state in (S.REJECTED, S.FAILED, S.DROPPED)
    fee = "" if transfer.fee is None or ended else tr("fee {fee}").format(fee=coins(transfer.fee, transfer.coin))
    if fee and price and transfer.fee is not None:
        fee = f"{fee} · {wording.dollars(float(transfer.fee) * price)}"
    landed = transfer.state in (S.ARRIVED, S.VERIFIED)
    left = landed or transfer.state in (S.ACCEPTED, S.BROADCAST, S.CONFIRMING)
    return MoneyWords(source, _network_words(seen), _wallet_now(seen, wallet), fee, left, landed)


def _wallet_now(seen: Seen, wallet: tuple[str, str, str]) -> tuple[str, str, str]:
    match seen.transfer.state:
        case S.UNKNOWN:
            return wallet[0], wallet[1], tr("if it was sent")
        case S.REJECTED | S.FAILED | S.DROPPED:
            return wallet[0], tr("nothing arrives"), wallet[2]
    return wallet


def _network_words(seen: Seen) -> tuple[str, str, str]:
    transfer = seen.transfer
    ways = [way for way in routes_of(transfer.venue, transfer.coin) if transfer.network in ("", way.network)]
    final = bool(ways) and all(CHAINS[way.chain].tells_final for way in ways)
    needed = tr("until it is final") if final else tr("{n} confirmations")
    needed = needed.format(n=transfer.required_confirmations)
    if not transfer.network:
        return tr("Network"), tr("not chosen yet"), needed
    name = tr("{name} network").format(name=seen.network_name)
    match transfer.state:
        case S.UNKNOWN:
            return name, tr("outcome unknown"), tr("sent {at}").format(at=clock(transfer.said_sent_ms))
        case S.CONFIRMING | S.ARRIVED | S.VERIFIED:
            return name, confirmations(seen), tr("in a block")
        case S.BROADCAST:
            return name, tr("seen, not in a block"), needed
        case S.REJECTED | S.FAILED | S.DROPPED:
            return name, tr("ended"), tr("this transfer is closed")
    return name, eta(seen.eta_minutes), needed


class MoneyPicture(QWidget):
    """Draws the way of the money; the same words are its accessible description. GUI thread."""

    def __init__(self) -> None:
        super().__init__()
        self._words: MoneyWords | None = None
        self.setMinimumHeight(_TOP + _NODE_HEIGHT + _ROOM_FOR_FEE)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Picture of the money"))

    def show_transfer(self, seen: Seen) -> None:
        """Draw this transfer."""
        told = money_words(seen)
        if told == self._words:
            return
        self._words = told
        parts = [" ".join(part) for part in (told.source, told.network, told.wallet)]
        self.setAccessibleDescription(" → ".join(parts) + (f", {told.fee}" if told.fee else ""))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw nodes, links and fee."""
        if self._words is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        told, width = self._words, self.width()
        node = min(196.0, (width - 2 * _SHORTEST_LINK) / 3)
        boxes = [QRectF(x, _TOP, node, _NODE_HEIGHT) for x in (0.5, (width - node) / 2, width - node - 0.5)]
        _link(painter, boxes[0], boxes[1], tr("leaves"), done=told.left)
        _link(painter, boxes[1], boxes[2], tr("arrives"), done=told.landed)
        for box, part in zip(boxes, (told.source, told.network, told.wallet), strict=True):
            _node(painter, box, part)
        if told.fee:
            _fee(painter, QPointF(boxes[1].right(), boxes[1].center().y() + 8), told.fee, self.width())
        painter.end()


def _node(painter: QPainter, box: QRectF, part: tuple[str, str, str]) -> None:
    painter.setPen(QPen(look.colour("button_edge"), 1))
    painter.setBrush(look.colour("raised"))
    painter.drawRoundedRect(box, 6, 6)
    rows = (
        (part[0], look.font(11), "second", 8),
        (part[1], look.font(15, 600), "text", 24),
        (part[2], look.font(11), "third", 45),
    )
    for text, face, role, top in rows:
        painter.setFont(face)
        painter.setPen(look.colour(role))
        room = QRectF(box.left() + 12, box.top() + top, box.width() - 20, 19)
        _fitted(painter, room, text)


def _fitted(painter: QPainter, room: QRectF, text: str) -> None:
    face = QFont(painter.font())
    while painter.fontMetrics().horizontalAdvance(text) > room.width() and face.pixelSize() > 9:
        face.setPixelSize(face.pixelSize() - 1)
        painter.setFont(face)
    said = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, said)


def _link(painter: QPainter, left: QRectF, right: QRectF, word: str, *, done: bool) -> None:
    y = left.center().y()
    pen = QPen(look.colour("text" if done else "field_edge"), 6, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
    pen.setDashPattern([0.8, 0.45])
    painter.setPen(pen)
    painter.drawLine(QPointF(left.right() + 1, y), QPointF(right.left(), y))
    painter.setPen(look.colour("third"))
    painter.setFont(look.font(11))
    room = QRectF(left.right(), y - 26, right.left() - left.right(), 18)
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, word)


def fee_x(start_x: float, text_px: float, right: float) -> float:
    """Return where the line to the fee ends, so that the words after it are whole before `right`."""
    return min(start_x + 58, right - text_px - 8)


def _fee(painter: QPainter, start: QPointF, text: str, right: float) -> None:
    painter.setFont(look.font(11))
    end = QPointF(fee_x(start.x(), painter.fontMetrics().horizontalAdvance(text), right), _TOP + _NODE_HEIGHT + 16)
    way = QPainterPath(start)
    way.cubicTo(QPointF(start.x() + 40, start.y()), QPointF(start.x() + 20, end.y()), end)
    pen = QPen(look.colour("second"), 1.2, Qt.PenStyle.CustomDashLine)
    pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(way)
    painter.setPen(look.colour("second"))
    painter.drawText(QPointF(end.x() + 6, end.y() + 4), text)
