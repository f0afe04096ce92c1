"""Alerts by mail, over an encrypted connection only: the door to aiosmtplib."""

from __future__ import annotations

import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

import aiosmtplib

from desktop.alerts.channel_words import ChannelMessage
from desktop.domain.errors import NetworkTrouble
from desktop.engine.alerting.channel_plan import EmailPlan
from desktop.notify.phone_push import LEVELS
from desktop.risk.reading import Level

_PATIENCE_SECONDS = 20.0


class MailChannel:
    """Sends one mail a message. `context` verifies the server; tests hand in their own."""

    name = "email"

    def __init__(self, plan: EmailPlan, password: str | None, context: ssl.SSLContext | None = None) -> None:
        self.least = LEVELS[plan.least]
        self._plan, self._password = plan, password
        self._context = context or ssl.create_default_context()

    async def send(self, message: ChannelMessage) -> str:
        """Send it; the proof is the server's answer to the text. Raise NetworkTrouble naming the server."""
        plan = self._plan
        server = f"the mail server {plan.host}"
        try:
            _, said = await aiosmtplib.send(
                self._written(message),
                hostname=plan.host,
                port=plan.port,
                # The name of this machine is nobody's business, and asking for it may take long.
                local_hostname="localhost",
                use_tls=plan.security == "tls",
                start_tls=plan.security == "starttls",
                username=plan.user or None,
                password=self._password if plan.user else None,
                timeout=_PATIENCE_SECONDS,
                tls_context=self._context,
            )
        except aiosmtplib.SMTPAuthenticationError:
            raise NetworkTrouble(f"{server} refuses name or password", "Enter the password again.") from None
        except aiosmtplib.SMTPResponseException as error:
            raise NetworkTrouble(f"{server} answered {error.code}", "Check sender and recipient.") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NetworkTrouble(
                f"{server} cannot be reached: {type(error).__name__}", "Check its name and port."
            ) from None
        return f"accepted: {' '.join(said.split())[:120]}"

    async def close(self) -> None:
        """Nothing stays open between mails."""

    def _written(self, message: ChannelMessage) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._plan.sender, self._plan.to, f"Seawall: {message.title}"
        mail["Date"], mail["Message-ID"] = formatdate(message.at_ms / 1000), make_msgid(domain="seawall.invalid")
        # One thread an incident in the person's mail program.
        mail["References"] = f"<{message.incident_id}@seawall.invalid>"
        if message.level >= Level.CRITICAL:
            mail["X-Priority"], mail["Importance"] = "1", "high"
        mail.set_content(message.body + "\n")
        return mail
