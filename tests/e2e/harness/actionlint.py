"""actionlint over workflow files."""

import os
import subprocess

from harness import settings


def complaints(folder, *names):
    """What actionlint says about the files `names` of `folder`; an empty text if it finds nothing."""
    finished = subprocess.run(
        ["node", settings.ROOT / "tests" / "workflows" / "lint.mjs", *names],
        cwd=folder,
        env={**os.environ, "UNENTROPY_WORKFLOW_MODULES": str(settings.workflow_modules())},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert finished.stderr == "", finished.stderr
    assert finished.returncode == (1 if finished.stdout else 0), finished.stdout
    return finished.stdout
