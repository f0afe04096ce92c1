"""What each way out of the house needs to know, without its secret: that lies in the keychain under its name.

A command is defined here alone, in the person's own settings: rules and imports can name it, never define it.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

Url = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s/]+\S*\Z", max_length=2000)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
LeastLevel = Literal["notable", "warning", "critical"]

SECRET_NAMES: Final = {
    "ntfy": "channel-ntfy-token",
    "telegram": "channel-telegram-bot-token",
    "webhook": "channel-webhook-secret",
    "email": "channel-email-password",
}
"""Under which name the keychain holds a channel's secret. The others need none; for ntfy it is optional."""


class NtfyPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A topic of an ntfy server. Whoever knows the topic can read it, so it should be long and random."""

    topic: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,64}\Z")]
    server: Url = "https://ntfy.sh"
    on: bool = True
    least: LeastLevel = "warning"


class TelegramPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A chat to which the person's own bot may write."""

    chat_id: Annotated[str, msgspec.Meta(pattern=r"^(-?\d{1,20}|@[A-Za-z0-9_]{4,32})\Z")]
    server: Url = "https://api.telegram.org"
    on: bool = True
    least: LeastLevel = "warning"


class WebhookPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An address that takes signed JSON by POST."""

    url: Url
    on: bool = True
    least: LeastLevel = "warning"


class EmailPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mail server that takes mail from the person. Without encryption nothing is sent."""

    host: Name
    sender: Name
    to: Name
    user: str = ""
    port: Port = 465
    security: Literal["tls", "starttls"] = "tls"
    on: bool = True
    least: LeastLevel = "warning"


class CommandPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A program of this machine, as a list of arguments: no shell reads it. Off until the person turns it on."""

    arguments: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1, max_length=50)]
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=120)] = 10.0
    on: bool = False
    least: LeastLevel = "warning"


class PingPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An outside dead-man service: it rings when Seawall stops asking for this address."""

    url: Url
    every_minutes: Annotated[int, msgspec.Meta(ge=1, le=1440)] = 5
    on: bool = True


class ChannelPlans(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every way out that the person has set up; None where there is none. `sizes_allowed`: amounts may be told."""

    ntfy: NtfyPlan | None = None
    telegram: TelegramPlan | None = None
    webhook: WebhookPlan | None = None
    email: EmailPlan | None = None
    command: CommandPlan | None = None
    ping: PingPlan | None = None
    sound: bool = True
    sizes_allowed: bool = False


class WayOutView(msgspec.Struct, frozen=True):
    """How a channel stands: never used, works, tries again, or failed, with its last proof or trouble."""

    name: str
    state: Literal["unused", "works", "trying", "failed"]
    at_ms: int | None = None
    proof: str = ""
    trouble: str = ""
    remedy: str = ""
    waiting: int = 0
