"""An HTTP server on loopback inside the test process."""

import ssl
import sys
import threading
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Optional, TypeVar

Server = TypeVar("Server", bound="LoopbackServer")


class LoopbackServer:
    """`with` it: listens from the beginning of the block to its end. Subclasses answer in `_serve`."""

    def __init__(self, tls: Optional[ssl.SSLContext] = None):
        self.clock_lead = 0  # seconds by which the server's clock is ahead of ours
        self._lock = threading.Lock()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                owner._serve(self)

            do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = handle_any

            def date_time_string(self, timestamp=None) -> str:
                return formatdate(time.time() + owner.clock_lead, usegmt=True)

            def log_message(self, *arguments) -> None:
                pass

        class Listener(ThreadingHTTPServer):
            def handle_error(self, *arguments) -> None:
                if not isinstance(sys.exc_info()[1], OSError):  # clients that hang up are part of the tests
                    super().handle_error(*arguments)

        self._server = Listener(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.origin = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        raise NotImplementedError

    def __enter__(self: Server) -> Server:
        self._thread.start()
        return self

    def __exit__(self, *arguments) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
