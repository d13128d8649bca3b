"""Tests whose requests pass through the proxy of tests/servers, in this process, on their way to the real server."""

import sys
from typing import Any, Dict, List

from harness import settings
from harness.case import S3Case
from harness.s3 import S3Client

sys.path.insert(0, str(settings.ROOT / "tests" / "servers"))
from proxy import Proxy
from proxy_faults import Fault, Rule

__all__ = ["Fault", "Proxy", "ProxyCase", "Rule"]


class ProxyCase(S3Case):
    """`self.proxy` stands in front of the server; `self.client` goes straight to the server, past all faults."""

    dialect = "plain"

    def setUp(self) -> None:
        super().setUp()
        self.proxy = self.start_proxy(dialect=self.dialect)

    def start_proxy(self, server: settings.Server = None, **options: Any) -> Proxy:
        server = server or settings.server()
        options.setdefault("users", {server.credentials.access_key: server.credentials})
        proxy = Proxy(server, **options)
        proxy.__enter__()
        self.addCleanup(proxy.__exit__, None, None, None)
        return proxy

    def s3_inputs(self, **changes: str) -> Dict[str, str]:
        """Through the proxy, unless an endpoint is given."""
        return super().s3_inputs(**{"s3_endpoint": self.proxy.endpoint, **changes})

    def client_of(self, proxy: Proxy) -> S3Client:
        server = settings.server()
        return S3Client(proxy.endpoint, server.bucket, server.credentials, proxy.dialect.region or server.region)

    def faults_seen(self) -> List[str]:
        return [seen.fault for seen in self.proxy.seen if seen.fault]
