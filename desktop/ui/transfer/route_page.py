"""Step 2: the network. What this wallet cannot both watch and sign on is absent, and says why."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtWidgets import QFrame

from desktop.engine.commands import ChooseRoute, SetAmount
from desktop.engine.desk_view import NetworkOffer
from desktop.ui.transfer.marks import MarkShape
from desktop.ui.transfer.pieces import Button, Panel, boxed, column, row, set_words, words
from desktop.ui.transfer.seen import Seen
from desktop.ui.transfer.step_page import StepPage, Submit
from desktop.ui.transfer_sentences import foot_reason, reason_against
from desktop.ui.transfer_wording import eta, tr, venue_name


class _Offer(QFrame):
    def __init__(self, offer: NetworkOffer, coin: str, take: Button | None) -> None:
        super().__init__()
        self.setObjectName(f"offer{offer.network}")
        name = words(offer.name, "field" if offer.usable else "body")
        terms = tr("fee {fee} · at least {minimum} · {eta}").format(
            fee=_said(offer.fee, coin), minimum=_said(offer.minimum, coin), eta=eta(offer.eta_minutes)
        )
        texts = [
            name,
            words(terms if offer.usable else offer.why, "second" if offer.usable else "caption", wrap=True),
        ]
        mark = MarkShape("open" if offer.usable else "cross", 14)
        placed = row(mark, boxed(column(*texts, spacing=2)), spacing=12, margins=(16, 10, 12, 10))
        placed.setStretch(1, 1)
        placed.addWidget(take if take is not None else words(tr("not offered"), "caption"))
        self.setLayout(placed)


def _said(amount: str, coin: str) -> str:
    return f"{amount} {coin}" if amount else tr("not known")


class RoutePage(StepPage):
    """Take one of the venue's networks."""

    def __init__(self, submit: Submit) -> None:
        super().__init__("routePage", submit)
        self._panel = Panel(tr("Networks"))
        self._panel.without_inner()
        self._drawn: tuple[tuple[NetworkOffer, ...], str] | None = None
        self._takes: list[Button] = []
        self._rows: list[QFrame] = []
        self._none = words("", "second", wrap=True)
        self._back = Button(tr("Change the amount"), "changeAmount", self._change_amount)
        foot = row(self._none, self._back, margins=(16, 8, 12, 8))
        foot.setStretch(0, 1)
        self._panel.add_section(boxed(foot))
        self._amount: Decimal | None = None
        self.column.addWidget(self._panel)
        self.column.addStretch(1)

    def draw(self, seen: Seen) -> None:
        """Draw the offers and whether one may be taken now."""
        offers = tuple(sorted(seen.view.networks, key=lambda offer: not offer.usable))
        if self._drawn != (offers, seen.transfer.id):
            self._drawn = (offers, seen.transfer.id)
            self._build(offers, seen.transfer.coin)
        reason = reason_against(seen)
        self._amount = seen.transfer.amount
        self._back.allow(seen.view.busy)
        for take in self._takes:
            take.allow(reason)
        venue = venue_name(seen.transfer.venue)
        if not offers:
            set_words(self._none, tr("{venue} has not said yet which networks are open.").format(venue=venue))
        elif not self._takes:
            set_words(self._none, tr("No network of {venue} is safe for this wallet now.").format(venue=venue))
        else:
            set_words(
                self._none, foot_reason(seen) or tr("There is no default network: you choose, and nothing moves yet.")
            )

    def _build(self, offers: tuple[NetworkOffer, ...], coin: str) -> None:
        for old in self._rows:
            self._panel.body.removeWidget(old)
            old.deleteLater()
        self._takes, self._rows = [], []
        for index, offer in enumerate(offers):
            take = self._take_button(offer) if offer.usable else None
            self._rows.append(_Offer(offer, coin, take))
            self._panel.body.insertWidget(index, self._rows[-1])

    def _change_amount(self) -> None:
        """Go back to step 1: the amount as it is, to be agreed with anew."""
        if self._amount is not None:
            self._submit(SetAmount(self.transfer_id, self._amount))

    def _take_button(self, offer: NetworkOffer) -> Button:
        def take() -> None:
            self._submit(ChooseRoute(self.transfer_id, offer.network))

        words_on_it = tr("Use {network}").format(network=offer.name)
        made = Button(words_on_it, f"use{offer.network}", take, primary=not self._takes)
        self._takes.append(made)
        return made
