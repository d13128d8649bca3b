"""Creates a bucket on a test server that may still be starting, and proves that it can be used.

    bucket.py PIDS ENDPOINT ACCESS_KEY BUCKET     the secret key is read from standard input

Tries again until the server answers properly; gives up after a minute, or when a process whose id is in a file of the
directory PIDS has ended.
"""

import http.client
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
from harness.s3 import Credentials, S3Client, S3Error


def problem_with(client):
    """Nothing once an object can be written, read and deleted, else what went wrong."""
    try:
        client.create_bucket()
        client.put(".probe", b"probe")
        client.get(".probe")
        client.delete(".probe")
    except (OSError, http.client.HTTPException, S3Error) as error:
        return str(error)
    return None


def ended(folder):
    """Names of the servers in `folder` that do not run any more."""
    files = sorted(folder.glob("*.pid"))
    return [file.stem for file in files if not Path("/proc", file.read_text().strip(), "exe").exists()]


def main(pids, endpoint, access_key, bucket):
    client = S3Client(endpoint, bucket, Credentials(access_key, sys.stdin.readline().strip()))
    deadline = time.monotonic() + 60
    while problem := problem_with(client):
        if gone := ended(Path(pids)):
            sys.exit(f"bucket.py: ended by itself: {', '.join(gone)}; last answer: {problem}")
        if time.monotonic() > deadline:
            sys.exit(f"bucket.py: not ready in time: {problem}")
        time.sleep(0.1)


if __name__ == "__main__":
    main(*sys.argv[1:])
