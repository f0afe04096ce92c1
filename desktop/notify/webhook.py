"""Alerts as signed JSON to an address of the person's, and the ping of an outside dead-man service."""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Callable

import msgspec

from desktop.alerts.channel_words import ChannelMessage, as_facts
from desktop.domain.errors import Refused, SeawallError
from desktop.engine.alerting.channel_plan import PingPlan, WebhookPlan
from desktop.engine.ports import Clock
from desktop.notify.outside_door import OutsideDoor, proof_of
from desktop.notify.phone_push import LEVELS

_log = logging.getLogger(__name__)

SIGNATURE_HEADER = "x-seawall-signature"


def signature(secret: str, at_ms: int, body: bytes) -> str:
    """Return the header's value: `t=<ms>,v1=<hex>`, HMAC-SHA256 over `<ms>.<body>` (RFC 2104).

    The receiver recomputes it and refuses old times, so that nobody can replay a message.
    """
    digest = hmac.new(secret.encode(), f"{at_ms}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_ms},v1={digest}"


class WebhookChannel:
    """Posts each message as JSON, signed with the secret both sides know."""

    name = "webhook"

    def __init__(self, plan: WebhookPlan, secret: str, door: OutsideDoor, clock: Clock) -> None:
        self.least = LEVELS[plan.least]
        self._plan, self._secret, self._door, self._clock = plan, secret, door, clock

    async def send(self, message: ChannelMessage) -> str:
        """Post it; the proof is the answer's status. Raise NetworkTrouble, Refused without a secret."""
        if not self._secret:
            raise Refused("there is no secret to sign the webhook with in the keychain", "Enter it in the settings.")
        body = msgspec.json.encode(as_facts(message))
        sent_ms = self._clock.now_ms()
        headers = {"content-type": "application/json", SIGNATURE_HEADER: signature(self._secret, sent_ms, body)}
        return proof_of(await self._door.post(self._plan.url, body, headers, what="the webhook"))

    async def close(self) -> None:
        """Close the connection."""
        await self._door.close()


class DeadManPing:
    """Asks for an address again and again while Seawall watches; when it stops, the service there rings.

    `watches` says whether a feed is heard: a program that runs and is blind must not look alive.
    """

    def __init__(self, plan: PingPlan, door: OutsideDoor, clock: Clock, watches: Callable[[], bool]) -> None:
        self._plan, self._door, self._clock, self._watches = plan, door, clock, watches
        self.trouble = ""
        self.answered_ms: int | None = None

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            if self._watches():
                await self.ping()
            await self._clock.sleep(self._plan.every_minutes * 60.0)

    async def ping(self) -> None:
        """Ask once; trouble is kept for the window and tried again in its time."""
        try:
            await self._door.get(self._plan.url, what="the dead-man service")
        except SeawallError as error:
            self.trouble = error.message
            _log.info("the dead-man service did not take the ping: %s", type(error))
        else:
            self.trouble, self.answered_ms = "", self._clock.now_ms()

    async def close(self) -> None:
        """Close the connection."""
        await self._door.close()
