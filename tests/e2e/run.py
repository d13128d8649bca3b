#!/usr/bin/python3
"""Runs the whole-program tests: `tests/e2e/run.py [name…]`, for example `tests/e2e/run.py test_storage`.

Needs the built program and, in the environment, an S3 server; `./dev test` arranges both. Tests that pass over
themselves, and a run without any test, are failures.
"""

import sys
import unittest
from pathlib import Path


def main(names: list) -> int:
    here = Path(__file__).resolve().parent
    sys.path.insert(0, str(here))
    sys.dont_write_bytecode = True
    loader = unittest.TestLoader()
    suite = loader.loadTestsFromNames(names) if names else loader.discover(str(here))
    result = unittest.TextTestRunner(verbosity=2, descriptions=False).run(suite)
    if result.testsRun == 0:
        print("no test ran", file=sys.stderr)
    if result.skipped:
        print(f"{len(result.skipped)} tests were skipped", file=sys.stderr)
    return 0 if result.wasSuccessful() and result.testsRun and not result.skipped else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
