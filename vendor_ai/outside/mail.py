"""Mail by SMTP."""

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from urllib.parse import SplitResult, unquote, urlsplit

from vendor_ai.domain.errors import InvalidInputError, StoreUnavailableError

TIMEOUT_S = 20
_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail in plain text."""

    to: str
    subject: str
    text: str
    at: datetime


class MailFailedError(StoreUnavailableError):
    """A mail could not be handed to the server; it may be tried again."""

    code = "mail-failed"


Send = Callable[[Letter], None]


def smtp_sender(server: str, sender: str) -> Send:
    """What hands letters to a server such as ``smtp://user:password@mail.example.com:587`` or ``smtps://mail.example.com``.

    A connection that begins in the clear changes to TLS where the server offers it, and must before a password is sent.

    Raises:
        InvalidInputError: When server or sender cannot be used.
    """
    found = urlsplit(server if "://" in server else f"smtp://{server}")
    if found.scheme not in _PORTS or not found.hostname:
        raise InvalidInputError("VENDOR_AI_MAIL_SERVER is not a mail server. Write it as smtp://HOST:PORT or smtps://HOST:PORT.")
    if "@" not in sender:
        raise InvalidInputError("VENDOR_AI_MAIL_FROM is not an address. Write the sender of mails, such as vendor-risk@example.com.")

    def send(letter: Letter) -> None:
        try:
            with _connected(found) as connection:
                connection.send_message(_message(letter, sender))
        except (OSError, smtplib.SMTPException) as error:
            raise MailFailedError(f"The mail to {letter.to} could not be sent ({_reason(error)}). It is tried again.") from error

    return send


def _connected(server: SplitResult) -> smtplib.SMTP:
    host, port = server.hostname or "", server.port or _PORTS[server.scheme]
    if server.scheme == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=ssl.create_default_context())
    else:
        connection = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
    try:
        if server.scheme == "smtp":
            _to_tls(connection, password=bool(server.password))
        if server.username:
            connection.login(unquote(server.username), unquote(server.password or ""))
    except BaseException:
        connection.close()
        raise
    return connection


def _to_tls(connection: smtplib.SMTP, *, password: bool) -> None:
    connection.ehlo_or_helo_if_needed()
    if connection.has_extn("starttls"):
        connection.starttls(context=ssl.create_default_context())
    elif password:
        raise smtplib.SMTPNotSupportedError("the server offers no TLS, and a password is not sent in the clear")


def _message(letter: Letter, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, letter.to, letter.subject
    message["Date"], message["Message-ID"] = format_datetime(letter.at), make_msgid(domain=sender.rpartition("@")[2].strip("> "))
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def _reason(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
