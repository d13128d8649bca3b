"""How stores differ where it matters to us: one table. The proxy makes one of them out of a real server.

As of summer 2026. Where a vendor's statement was found it is named; the rest are public issue threads. A stand-in is
meant to be no more lenient than what it stands for.
"""

from dataclasses import dataclass
from typing import Dict, Optional, Tuple


@dataclass(frozen=True)
class Dialect:
    name: str
    region: Optional[str] = None  # the scope of a signature must name it; absent: any is taken
    region_aliases: Tuple[str, ...] = ()
    wrong_region: Tuple[int, str] = (400, "AuthorizationHeaderMalformed")
    tells_region: bool = True  # in the answer to a wrong one, and in x-amz-bucket-region
    virtual_host_only: bool = False
    conditions: str = "honoured"  # or `refused` (501), `ignored` (200, whatever is stored)
    etag_spelling: Tuple[str, ...] = ("quoted", "unquoted")  # of If-Match; in another one it never matches
    failed_create: int = 412
    missing_replace: int = 412  # If-Match on a key that does not exist
    concurrent_write: int = 412  # a conditional write while another one of the key is under way
    copy_condition: bool = True  # whether x-amz-copy-source-if-match is looked at
    chunked_uploads: bool = True  # aws-chunked
    ignores_checksums: bool = False
    signs_accept_encoding: bool = True
    shows_server: bool = False  # whether request ids and Server betray the server behind
    moved_buckets: bool = False  # `<bucket>-elsewhere` and `-moving` answer 301 and 307


DIALECTS: Dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        # The server as it is: for faults alone.
        Dialect("plain", shows_server=True, copy_condition=False),
        # AWS, "Using conditional requests" (404 for If-Match on an absent key, 409 for writers that meet), "Error
        # responses" (AuthorizationHeaderMalformed, PermanentRedirect, TemporaryRedirect), "Checking object integrity".
        Dialect(
            "aws",
            region="eu-central-1",
            missing_replace=404,
            concurrent_write=409,
            ignores_checksums=True,
            moved_buckets=True,
        ),
        # Cloudflare R2, "S3 API compatibility" (region auto, two aliases; no aws-chunked), "Conditional operations".
        # That an ETag has quotes is HTTP's own rule (RFC 9110, section 8.8.3); here nothing else is taken.
        Dialect(
            "r2",
            region="auto",
            region_aliases=("us-east-1", ""),
            wrong_region=(400, "InvalidRegionName"),
            tells_region=False,
            etag_spelling=("quoted",),
            chunked_uploads=False,
        ),
        # Backblaze B2: 501 on conditional writes (obsidian-s3-sync#78, live tests in #84), path style only.
        Dialect("b2", conditions="refused", tells_region=False, copy_condition=False),
        # DigitalOcean Spaces runs Ceph, which up to version 18 compares If-Match without the quotes; host names per
        # bucket ("Spaces API"). Whether conditions are honoured is unconfirmed; here they are.
        Dialect(
            "spaces",
            virtual_host_only=True,
            etag_spelling=("unquoted",),
            copy_condition=False,
            chunked_uploads=False,
            shows_server=True,
        ),
        # Google Cloud Storage with HMAC keys: conditions are ignored (ClickHouse#115266, arrow-rs#7146, icechunk#533),
        # Accept-Encoding must not be signed.
        Dialect(
            "gcs",
            region="auto",
            region_aliases=("us-east-1",),
            tells_region=False,
            conditions="ignored",
            copy_condition=False,
            signs_accept_encoding=False,
        ),
        # MinIO before 2024: 304 for a create that finds the key (minio/minio#19681, #19682).
        Dialect("old-minio", failed_create=304, tells_region=False),
    )
}
