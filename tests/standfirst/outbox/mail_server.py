"""A mail server on loopback that does as it is told: takes mail, refuses it, hangs up or waits."""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any

import django

SMTP = "django.core.mail.backends.smtp.EmailBackend"
HOLD_SECONDS = 60
GREETING, SENDER, RECIPIENT = "greeting", "sender", "recipient"
DATA, TEXT, GOODBYE = "data", "text", "goodbye"


class MailServer:
    """A context manager; ``port`` is where it listens.

    ``answers`` has the replies to the steps of a conversation that are not the usual ones, "" to hang up.
    At the step ``hold_at`` it doesn't answer until ``release``: ``held`` is set, and the other side may be
    killed.
    """

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.hold_at = ""
        self.held = threading.Event()
        self.ending = threading.Event()
        self.released = threading.Event()
        server = self

        class Conversation(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    server.converse(self)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> "MailServer":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ending.set()
        self.release()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def release(self) -> None:
        """Go on with a conversation that is held."""
        self.released.set()

    def converse(self, client: Any) -> None:
        """Hold one conversation (RFC 5321)."""
        if not self.answer(client, GREETING, "220 ready"):
            return
        for line in client.rfile:
            word = line.split()[0].upper() if line.split() else b""
            if word in {b"EHLO", b"HELO", b"RSET"}:
                client.wfile.write(b"250 fine\r\n")
            elif word == b"MAIL":
                if not self.answer(client, SENDER, "250 fine"):
                    return
            elif word == b"RCPT":
                if not self.answer(client, RECIPIENT, "250 fine"):
                    return
            elif word == b"DATA":
                if not self.answer(client, DATA, "354 go on"):
                    return
                if self.answers.get(DATA, "354").startswith("354"):
                    text = b"".join(iter(client.rfile.readline, b".\r\n"))
                    reply = self.answers.get(TEXT, "250 taken")
                    # A server that hangs up now has the message all the same.
                    if reply.startswith("250") or not reply:
                        self.received.append(message_from_bytes(text, policy=policy.default))  # type: ignore[arg-type]
                    if not self.answer(client, TEXT, "250 taken"):
                        return
            elif word == b"QUIT":
                self.answer(client, GOODBYE, "221 goodbye")
                return
            else:
                client.wfile.write(b"502 what?\r\n")

    def answer(self, client: Any, step: str, usual: str) -> bool:
        """Answer at a step; return False if the conversation ends there."""
        if self.hold_at == step:
            self.held.set()
            self.released.wait(HOLD_SECONDS)
            if self.ending.is_set():
                return False
        text = self.answers.get(step, usual)
        if not text:
            client.connection.shutdown(socket.SHUT_RDWR)
            return False
        client.wfile.write(f"{text}\r\n".encode())
        return True


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a mail server."""
    with MailServer() as server:
        yield server


def send_to(settings: Any, port: int, *, timeout: float = 10) -> None:
    """Have Django send mail to a port of this machine."""
    if django.VERSION >= (6, 1):
        options = {"host": "127.0.0.1", "port": port, "timeout": timeout}
        settings.MAILERS = {"default": {"BACKEND": SMTP, "OPTIONS": options}}
    else:
        settings.EMAIL_BACKEND = SMTP
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, timeout
