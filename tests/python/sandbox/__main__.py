"""Runs all tests here against `tracewatch sandbox`, which it starts: python tests/python/sandbox path/to/tracewatch"""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent
# What `test_faults.py` expects.
FAULTS = """
    --throttle PutMetricAlarm=3 --fail CreateTopic@denied=AuthorizationError --fail CreateGroup=AccessDenied
    --lose CreateLogGroup=1"""


@contextlib.contextmanager
def serving(binary, *arguments):
    """A sandbox on a free port, for as long as the block lasts. Gives its endpoint."""
    process = subprocess.Popen([binary, "sandbox", "--port", "0", *arguments], stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.wait(timeout=10)


def main(binary):
    with tempfile.TemporaryDirectory() as folder:
        account = shutil.copy(HERE / "account.json", folder)
        file = os.path.join(folder, "alarms.json")
        with (
            serving(binary, "--file", account) as endpoint,
            serving(binary, *FAULTS.split()) as faulty,
            serving(binary, "--file", file) as alarms,
        ):
            os.environ.update(SANDBOX_ENDPOINT=endpoint, SANDBOX_FAULTS_ENDPOINT=faulty)
            os.environ.update(SANDBOX_ALARMS_ENDPOINT=alarms, SANDBOX_ALARMS_FILE=file)
            suite = unittest.defaultTestLoader.discover(str(HERE))
            return 0 if unittest.TextTestRunner().run(suite).wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
