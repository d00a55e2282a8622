#!/usr/bin/env python3
"""Time and memory of `tracewatch plan` for stacks of 1 to 1000 services, of reading the largest of their templates next to other readers, and of
an apply of 200 alarms next to a bare SDK client. Instructions of a plan for one function (valgrind's callgrind), also with sixty definition files.

    python3 benches/run.py            builds the programs, prints the tables
    python3 benches/run.py --check    ends with 1 when a figure is beyond its bound

Times are the best of several runs; memory is the peak of the resident set. Figures of different runs are not to be compared; the ratios are.
"""

import hashlib
import json
import os
import re
import shutil
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
DEFINITION_FILES = 60

# What must hold on a machine of two cores.
SECONDS_AT_1000 = 0.5
MEGABYTES_AT_1000 = 150
SECONDS_AT_1 = 0.015
TIMES_THE_BARE_CLIENT = 2.0
MILLION_INSTRUCTIONS = 18.0  # of a plan for one function
MILLION_INSTRUCTIONS_AT_60 = 20.0  # the same with sixty definition files
MEGABYTES_OF_PROGRAM = 30
READING_OF_PLAN = 0.5  # of the time of the same template's plan
READING_MEGABYTES = 30  # and so many for each megabyte of the template:
READING_TIMES_THE_TEMPLATE = 6


def build() -> tuple[str, str, str]:
    """The paths of the programs, in release form: tracewatch, the bare client, the reader alone."""
    metadata = json.loads(run(["cargo", "metadata", "--format-version", "1", "--no-deps"]))
    run(["cargo", "build", "--release"])
    benches = [f"--bench={name}" for name in ("bare_client", "reading")]
    lines = run(["cargo", "bench", "--no-run", *benches, "--message-format", "json"]).splitlines()
    artifacts = [json.loads(line) for line in lines if line.startswith("{")]
    programs = {a["target"]["name"]: a["executable"] for a in artifacts if a.get("executable")}
    return str(Path(metadata["target_directory"]) / "release" / "tracewatch"), programs["bare_client"], programs["reading"]


def python() -> str:
    """Python with the other readers of templates, beside the environments of the tests: its folder is named by its requirements."""
    requirements = ROOT / "benches" / "requirements.txt"
    target = json.loads(run(["cargo", "metadata", "--format-version", "1", "--no-deps"]))["target_directory"]
    folder = Path(target) / "tmp" / f"python-{hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]}"
    program = str(folder / "bin" / "python")
    if not (folder / "complete").exists():
        run(["python3", "-m", "venv", "--clear", str(folder)])
        run([program, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(requirements)])
        (folder / "complete").touch()
    return program


def build_with_definitions(files: int, folder: Path) -> str:
    """The path of a tracewatch with this many built-in definition files: the additional ones are copies for types that no stack has."""
    extra = folder / "alarms"
    extra.mkdir()
    definition = (ROOT / "alarms" / "sqs.toml").read_text()
    for number in range(len(list((ROOT / "alarms").glob("*.toml"))), files):
        (extra / f"bench{number}.toml").write_text(definition.replace("AWS::SQS::Queue", f"AWS::Bench::Type{number}"))
    metadata = json.loads(run(["cargo", "metadata", "--format-version", "1", "--no-deps"]))
    run(["cargo", "build", "--release"], TRACEWATCH_EXTRA_ALARMS=str(extra))
    program = folder / "tracewatch"
    shutil.copy(Path(metadata["target_directory"]) / "release" / "tracewatch", program)
    return str(program)


def run(command: list[str], **environment: str) -> str:
    process = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment})
    return process.stdout


def instructions(program: str, folder: Path) -> float:
    """Millions of instructions of a plan for a stack of one function."""
    path = folder / "function.yaml"
    path.write_text(template.functions(1))
    callgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    command = [*callgrind, program, "plan", "--template", str(path), "--stack", "bench", f"--sandbox={folder / 'none.json'}"]
    process = subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return int(re.search(r"Collected : (\d+)", process.stderr).group(1)) / 1e6


def measure(command: list[str]) -> tuple[float, float]:
    """Seconds and peak megabytes of one run."""
    seconds, memory, _ = heard(command, subprocess.DEVNULL)
    return seconds, memory


def heard(command: list[str], stdout: int = subprocess.PIPE) -> tuple[float, float, str]:
    """Seconds and peak megabytes of one run, and what it printed: a line or two, or it would wait to be read."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=stdout, stderr=subprocess.PIPE)
    stderr = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}: {stderr.decode()[-1000:]}")
    return seconds, usage.ru_maxrss / 1024, process.stdout.read().decode() if process.stdout else ""


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


def readings(reading: str, folder: Path) -> list[tuple[str, int, float, float, float]]:
    """Of each reader: its name, resources it found, seconds of the process and of the work alone, peak megabytes. In turns, so that none
    has the machine's better minute."""
    path = str(folder / f"{SERVICES[-1]}.yaml")
    other = [python(), str(ROOT / "benches" / "readers.py")]
    # The translator takes minutes: its time grows with the square of the template.
    commands = {
        "tracewatch": (RUNS, [reading, path]),
        "cfn-lint": (RUNS, [*other, "cfn-lint", path]),
        "aws-sam-translator": (1, [*other, "translator", path]),
    }
    figures = {name: [] for name in commands}
    for turn in range(RUNS):
        for name, (runs, command) in commands.items():
            if turn < runs:
                figures[name].append(heard(command))
    return [(name, *summary(taken)) for name, taken in figures.items()]


def summary(taken: list[tuple[float, float, str]]) -> tuple[int, float, float, float]:
    seconds, memory, printed = zip(*taken)
    resources, milliseconds = zip(*(line.split() for line in printed))
    return int(resources[0]), min(seconds), min(float(one) for one in milliseconds) / 1000, max(memory)


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


def beyond_bounds(planned, read, size, applied, counted, megabytes) -> list[str]:
    by_services = {services: (seconds, memory) for services, seconds, memory in planned}
    found = []
    if by_services[1000][0] > SECONDS_AT_1000:
        found.append(f"1000 services take {by_services[1000][0]:.2f} s, over {SECONDS_AT_1000} s")
    if by_services[1000][1] > MEGABYTES_AT_1000:
        found.append(f"1000 services take {by_services[1000][1]:.0f} MB, over {MEGABYTES_AT_1000} MB")
    if by_services[1][0] > SECONDS_AT_1:
        found.append(f"one service takes {by_services[1][0] * 1000:.0f} ms, over {SECONDS_AT_1 * 1000:.0f} ms")
    _, _, seconds, _, memory = read[0]
    if seconds > READING_OF_PLAN * by_services[1000][0]:
        found.append(f"reading takes {seconds / by_services[1000][0]:.2f} of the plan's time, over {READING_OF_PLAN}")
    if memory > READING_MEGABYTES + READING_TIMES_THE_TEMPLATE * size:
        found.append(f"reading takes {memory:.0f} MB, over {READING_MEGABYTES + READING_TIMES_THE_TEMPLATE * size:.0f} MB")
    for files, (count, bound) in counted.items():
        if count > bound:
            found.append(f"a plan with {files} definition files takes {count:.1f} million instructions, over {bound}")
    if megabytes > MEGABYTES_OF_PROGRAM:
        found.append(f"the program has {megabytes:.1f} MB, over {MEGABYTES_OF_PROGRAM} MB")
    for which, seconds, bare, _ in applied:
        if seconds > TIMES_THE_BARE_CLIENT * bare:
            found.append(f"apply ({which}) takes {seconds / bare:.1f} times the bare client's time, over {TIMES_THE_BARE_CLIENT}")
    return found


def show_readings(read, size: float, plan_seconds: float) -> None:
    print(f"\n{'reading ' + format(size, '.1f') + ' MB':>18}  {'process, ms':>11}  {'work, ms':>9}  {'ratio':>6}  {'peak, MB':>9}  {'resources':>9}")
    _, _, ours, _, memory = read[0]
    for name, resources, seconds, work, peak in read:
        print(f"{name:>18}  {seconds * 1000:>11.1f}  {work * 1000:>9.1f}  {seconds / ours:>6.1f}  {peak:>9.1f}  {resources:>9}")
    bound = READING_MEGABYTES + READING_TIMES_THE_TEMPLATE * size
    print(f"{'of its bounds':>18}  {ours / plan_seconds:.2f} of the plan's time (bound {READING_OF_PLAN}), {memory / bound:.2f} of {bound:.0f} MB")


def count_instructions(program: str, large: str | None, folder: Path) -> dict[int, tuple[float, float]]:
    """Millions of instructions and their bound by number of definition files."""
    if large is None:
        return {}
    built_in = len(list((ROOT / "alarms").glob("*.toml")))
    return {
        built_in: (instructions(program, folder), MILLION_INSTRUCTIONS),
        DEFINITION_FILES: (instructions(large, folder), MILLION_INSTRUCTIONS_AT_60),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        large = build_with_definitions(DEFINITION_FILES, Path(name)) if shutil.which("valgrind") else None
        program, bare, reading = build()
        megabytes = Path(program).stat().st_size / 1e6
        counted = count_instructions(program, large, Path(name))
        planned = plans(program, Path(name))
        read = readings(reading, Path(name))
        size = (Path(name) / f"{SERVICES[-1]}.yaml").stat().st_size / 1e6
        applied = applies(program, bare, Path(name))
    print(f"{'services':>8}  {'plan, ms':>9}  {'peak, MB':>9}  {'ms a service':>12}")
    for services, seconds, memory in planned:
        print(f"{services:>8}  {seconds * 1000:>9.1f}  {memory:>9.1f}  {seconds * 1000 / services:>12.2f}")
    show_readings(read, size, planned[-1][1])
    print(f"\n{'definition files':>18}  {'million instructions':>20}  {'bound':>6}")
    for files, (count, bound) in counted.items():
        print(f"{files:>18}  {count:>20.1f}  {bound:>6.1f}")
    if not counted:
        print("not counted: valgrind is not installed")
    print(f"\n{ALARMS} alarms     apply, ms   bare SDK client, ms   ratio   calls")
    for which, seconds, bare_seconds, calls in applied:
        total = f"{sum(calls.values())}, of which {calls.get('PutMetricAlarm', 0)} PutMetricAlarm"
        print(f"{which:>10}  {seconds * 1000:>10.1f}  {bare_seconds * 1000:>20.1f}  {seconds / bare_seconds:>6.2f}   {total}")
    print(f"\nthe program: {megabytes:.1f} MB (bound {MEGABYTES_OF_PROGRAM})")
    found = beyond_bounds(planned, read, size, applied, counted, megabytes)
    for figure in found:
        print(f"beyond its bound: {figure}")
    if found and "--check" in sys.argv:
        sys.exit(1)


if __name__ == "__main__":
    main()
