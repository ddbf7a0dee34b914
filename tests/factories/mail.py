"""A mail server that keeps what it is handed, on a free port of this machine."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message


@dataclass
class Post:
    """What a mail server was handed; ``refuses`` are addresses it knows nobody of."""

    port: int = 0
    refuses: set[str] = field(default_factory=set)
    letters: list[Message] = field(default_factory=list)


@contextmanager
def mail_server() -> Iterator[Post]:
    """The server while it runs."""
    post = Post()

    class Handler(socketserver.StreamRequestHandler):
        """The few words of SMTP that a sender needs."""

        def handle(self) -> None:
            self._say("220 here")
            while line := self.rfile.readline().strip():
                word = line[:4].upper()
                if word == b"DATA":
                    self._say("354 go on")
                    post.letters.append(message_from_bytes(b"".join(iter(self.rfile.readline, b".\r\n"))))
                unknown = word == b"RCPT" and any(address.encode() in line for address in post.refuses)
                self._say("550 nobody of that name" if unknown else "221 bye" if word == b"QUIT" else "250 ok")

        def _say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        post.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield post
        finally:
            server.shutdown()
            thread.join(10)
