"""Serves an emulator on a free loopback port: `serve.py ministack|moto`. Prints its address once it answers, ends with standard input.

Whoever starts it holds the other end of its standard input, so it cannot outlive a test run, however that ends.
"""

import os
import shutil
import socket
import sys
import tempfile
import threading
import urllib.error
import urllib.request


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def end_with_input(folder):
    sys.stdin.read()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def answers(address):
    try:
        urllib.request.urlopen(address, timeout=30)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def announce(address, out):
    while not answers(address):
        threading.Event().wait(0.02)
    os.write(out, f"{address}\n".encode())


def serve_ministack(port):
    os.environ.update(BIND_HOST="127.0.0.1", GATEWAY_PORT=str(port))
    sys.argv = ["ministack"]
    from ministack.app import main

    main()


def serve_moto(port):
    from moto.server import main

    main(["-H", "127.0.0.1", "-p", str(port)])


if __name__ == "__main__":
    emulator = sys.argv[1]
    port = free_port()
    # What the emulator itself says goes with its errors.
    out = os.dup(1)
    os.dup2(2, 1)
    # Emulators leave files there.
    folder = tempfile.mkdtemp()
    tempfile.tempdir = os.environ["TMPDIR"] = folder
    threading.Thread(target=end_with_input, args=(folder,), daemon=True).start()
    threading.Thread(target=announce, args=(f"http://127.0.0.1:{port}", out), daemon=True).start()
    {"ministack": serve_ministack, "moto": serve_moto}[emulator](port)
