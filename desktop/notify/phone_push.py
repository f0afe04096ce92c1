"""Alerts on a phone: ntfy and Telegram, by their documented HTTP interfaces (2026)."""

from __future__ import annotations

import msgspec

from desktop.alerts.channel_words import ChannelMessage
from desktop.domain.errors import NetworkTrouble, Refused
from desktop.engine.alerting.channel_plan import NtfyPlan, TelegramPlan
from desktop.notify.outside_door import OutsideDoor, proof_of
from desktop.risk.reading import Level

LEVELS = {"notable": Level.NOTABLE, "warning": Level.WARNING, "critical": Level.CRITICAL}
_PRIORITY = {Level.CALM: 2, Level.NOTABLE: 3, Level.WARNING: 4, Level.CRITICAL: 5}
_LONGEST_TELEGRAM = 4000


class NtfyChannel:
    """Publishes to a topic of an ntfy server. `token` is only needed where the topic is protected."""

    name = "ntfy"

    def __init__(self, plan: NtfyPlan, token: str | None, door: OutsideDoor) -> None:
        self.least = LEVELS[plan.least]
        self._plan, self._token, self._door = plan, token, door

    async def send(self, message: ChannelMessage) -> str:
        """Publish it; the proof is the server's id of the message. Raise NetworkTrouble."""
        body = {
            "topic": self._plan.topic,
            "title": message.title,
            "message": message.body,
            "priority": _PRIORITY[message.level],
            "tags": ["ocean", message.level.name.lower()],
        }
        headers = {"content-type": "application/json"}
        if self._token:
            headers["authorization"] = f"Bearer {self._token}"
        answer = await self._door.post(self._plan.server, msgspec.json.encode(body), headers, what="the ntfy server")
        return proof_of(answer, f"id {_field(answer.content, 'id', 'the ntfy server')}")

    async def close(self) -> None:
        """Close the connection."""
        await self._door.close()


class TelegramChannel:
    """Writes to a chat through the person's own bot. The token stands in the address: no error ever tells it."""

    name = "telegram"

    def __init__(self, plan: TelegramPlan, token: str, door: OutsideDoor) -> None:
        self.least = LEVELS[plan.least]
        self._plan, self._token, self._door = plan, token, door

    async def send(self, message: ChannelMessage) -> str:
        """Send it; the proof is Telegram's number of the message. Raise NetworkTrouble, Refused without a token."""
        if not self._token:
            raise Refused("there is no bot token for Telegram in the keychain", "Enter it in the settings.")
        text = f"{message.title}\n\n{message.body}"[:_LONGEST_TELEGRAM]
        body = {
            "chat_id": self._plan.chat_id,
            "text": text,
            "disable_notification": message.level < Level.WARNING,
        }
        url = f"{self._plan.server}/bot{self._token}/sendMessage"
        headers = {"content-type": "application/json"}
        answer = await self._door.post(url, msgspec.json.encode(body), headers, what="Telegram")
        result = _field(answer.content, "result", "Telegram")
        number = result.get("message_id") if isinstance(result, dict) else None
        if number is None:
            raise NetworkTrouble("Telegram took the request and names no message", "Check the chat's number.")
        return proof_of(answer, f"message {number}")

    async def close(self) -> None:
        """Close the connection."""
        await self._door.close()


def _field(content: bytes, name: str, what: str) -> object:
    try:
        whole = msgspec.json.decode(content)
    except msgspec.DecodeError:
        raise NetworkTrouble(f"{what} answered something else than documented", "Check the address.") from None
    if not isinstance(whole, dict) or name not in whole:
        raise NetworkTrouble(f"{what} answered without {name!r}", "Check the address.")
    return whole[name]
