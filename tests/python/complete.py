"""Completes a line in an interactive shell: `complete.py SHELL SCRIPT LINE`. Prints the arguments of the completed line as JSON.

The folder of the program is the first of PATH. The line is typed into a pseudo-terminal with a tab at its end; `report` then gets it whole.
"""

import json
import os
import pty
import select
import sys
import time

ARGUMENTS = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"]}
SETUP = {
    "bash": "source SCRIPT; report() { printf '%s\\n' \"$@\" > REPORT.part; mv REPORT.part REPORT; }",
    "zsh": "autoload -Uz compinit; compinit -u; source SCRIPT; report() { print -l -- \"$@\" > REPORT.part; mv REPORT.part REPORT }",
}
# The shell prints the mark; the echo of the command that asks for it has it with quotes.
MARK = b"READY"
ASK_FOR_MARK = "; echo REA''DY\r"
SECONDS = 20


def read(terminal, seconds):
    """Reads until the shell is quiet for so many seconds."""
    while select.select([terminal], [], [], seconds)[0]:
        try:
            os.read(terminal, 65536)
        except OSError:
            return


def read_mark(terminal):
    found = b""
    end = time.monotonic() + SECONDS
    while MARK not in found and time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            found += os.read(terminal, 65536)


def main(shell, script, line):
    report = os.path.abspath("report.txt")
    if os.path.exists(report):
        os.remove(report)
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm"
        os.execvp(shell, [shell, *ARGUMENTS[shell]])
    read(terminal, 0.5)
    os.write(terminal, SETUP[shell].replace("SCRIPT", script).replace("REPORT", report).encode() + ASK_FOR_MARK.encode())
    read_mark(terminal)
    read(terminal, 0.3)
    os.write(terminal, line.encode() + b"\t")
    read(terminal, 1)
    os.write(terminal, b"\x01report \x05\r")
    end = time.monotonic() + SECONDS
    while not os.path.exists(report) and time.monotonic() < end:
        read(terminal, 0.05)
    os.close(terminal)
    with open(report) as lines:
        print(json.dumps(lines.read().splitlines()))


if __name__ == "__main__":
    main(*sys.argv[1:])
