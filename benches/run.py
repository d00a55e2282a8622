#!/usr/bin/env python3
"""Time and memory of `tracewatch plan` for stacks of 1 to 1000 services, and of an apply of 200 alarms next to a bare SDK client.

    python3 benches/run.py            builds both programs, prints a table
    python3 benches/run.py --check    ends with 1 when a figure is beyond its bound

Times are the best of several runs; memory is the peak of the resident set. Figures of different runs are not to be compared; the ratios are.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import template

ROOT = Path(__file__).resolve().parent.parent
SERVICES = (1, 10, 100, 1000)
ALARMS = 200  # 50 functions with four alarms each
RUNS = 5

# What must hold on a machine of two cores.
SECONDS_AT_1000 = 0.5
MEGABYTES_AT_1000 = 150
SECONDS_AT_1 = 0.015
TIMES_THE_BARE_CLIENT = 2.0


def build() -> tuple[str, str]:
    """The paths of the two programs, in release form."""
    metadata = json.loads(run(["cargo", "metadata", "--format-version", "1", "--no-deps"]))
    run(["cargo", "build", "--release"])
    lines = run(["cargo", "bench", "--no-run", "--bench", "bare_client", "--message-format", "json"]).splitlines()
    artifacts = [json.loads(line) for line in lines if line.startswith("{")]
    bare = next(a["executable"] for a in artifacts if a.get("target", {}).get("name") == "bare_client" and a.get("executable"))
    return str(Path(metadata["target_directory"]) / "release" / "tracewatch"), bare


def run(command: list[str]) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def measure(command: list[str]) -> tuple[float, float]:
    """Seconds and peak megabytes of one run."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    stderr = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}: {stderr.decode()}")
    return seconds, usage.ru_maxrss / 1024


def best(command: list[str], runs: int = RUNS) -> tuple[float, float]:
    results = [measure(command) for _ in range(runs)]
    return min(seconds for seconds, _ in results), max(memory for _, memory in results)


def plans(program: str, folder: Path) -> list[tuple[int, float, float]]:
    rows = []
    for services in SERVICES:
        path = folder / f"{services}.yaml"
        path.write_text(template.template(services))
        sandbox = f"--sandbox={folder / 'none.json'}"
        rows.append((services, *best([program, "plan", "--template", str(path), "--stack", "bench", sandbox])))
    return rows


class Sandbox:
    """A served sandbox, in memory."""

    def __init__(self, program: str):
        self.process = subprocess.Popen([program, "sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True)
        self.url = re.search(r"http://\S+", self.process.stdout.readline()).group()

    def calls(self) -> dict:
        return json.load(urllib.request.urlopen(f"{self.url}/_sandbox/calls"))

    def forget(self) -> None:
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/_sandbox/calls", method="DELETE"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def applies(program: str, bare: str, folder: Path) -> list[tuple[str, float, float, dict]]:
    """First and second apply: seconds of tracewatch, of the bare client, and the calls that tracewatch made."""
    path = folder / "functions.yaml"
    path.write_text(template.functions(ALARMS // 4))
    figures = {"first": [], "again": []}
    calls = {}
    for _ in range(RUNS):
        with Sandbox(program) as ours, Sandbox(program) as theirs:
            command = [program, "apply", "--template", str(path), "--stack", "bench", f"--sandbox={ours.url}", "--yes"]
            for which in figures:
                ours.forget()
                seconds, _ = measure(command)
                calls[which] = ours.calls()
                bare_seconds, _ = measure([bare, theirs.url, str(ALARMS), which])
                figures[which].append((seconds, bare_seconds))
    return [(w, min(s for s, _ in rows), min(b for _, b in rows), calls[w]) for w, rows in figures.items()]


def faults(planned, applied) -> list[str]:
    by_services = {services: (seconds, memory) for services, seconds, memory in planned}
    found = []
    if by_services[1000][0] > SECONDS_AT_1000:
        found.append(f"1000 services take {by_services[1000][0]:.2f} s, over {SECONDS_AT_1000} s")
    if by_services[1000][1] > MEGABYTES_AT_1000:
        found.append(f"1000 services take {by_services[1000][1]:.0f} MB, over {MEGABYTES_AT_1000} MB")
    if by_services[1][0] > SECONDS_AT_1:
        found.append(f"one service takes {by_services[1][0] * 1000:.0f} ms, over {SECONDS_AT_1 * 1000:.0f} ms")
    for which, seconds, bare, _ in applied:
        if seconds > TIMES_THE_BARE_CLIENT * bare:
            found.append(f"apply ({which}) takes {seconds / bare:.1f} times the bare client's time, over {TIMES_THE_BARE_CLIENT}")
    return found


def main() -> None:
    program, bare = build()
    with tempfile.TemporaryDirectory() as name:
        planned = plans(program, Path(name))
        applied = applies(program, bare, Path(name))
    print(f"{'services':>8}  {'plan, ms':>9}  {'peak, MB':>9}  {'ms a service':>12}")
    for services, seconds, memory in planned:
        print(f"{services:>8}  {seconds * 1000:>9.1f}  {memory:>9.1f}  {seconds * 1000 / services:>12.2f}")
    print(f"\n{ALARMS} alarms     apply, ms   bare SDK client, ms   ratio   calls")
    for which, seconds, bare_seconds, calls in applied:
        total = f"{sum(calls.values())}, of which {calls.get('PutMetricAlarm', 0)} PutMetricAlarm"
        print(f"{which:>10}  {seconds * 1000:>10.1f}  {bare_seconds * 1000:>20.1f}  {seconds / bare_seconds:>6.2f}   {total}")
    found = faults(planned, applied)
    for fault in found:
        print(f"beyond its bound: {fault}")
    if found and "--check" in sys.argv:
        sys.exit(1)


if __name__ == "__main__":
    main()
