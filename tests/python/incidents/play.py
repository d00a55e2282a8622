"""Plays incidents and healthy patterns on the order-processing example, and compares the notifications with the expected ones.

    play.py TRACEWATCH ACCOUNT INVENTORY < PATTERNS

ACCOUNT is the file of a sandbox on which the example was applied; INVENTORY is the answer of `tracewatch inventory --format json`; PATTERNS
is a list in JSON. Each pattern runs on a sandbox of its own, which begins with a copy of the account: its metrics are published for the time
to come, then the clock is advanced over it. Prints a table; exits with 1 if a pattern notifies otherwise than expected.

TRACEWATCH_INCIDENTS_SEED draws other traffic for the same facts.
"""

import collections
import concurrent.futures
import contextlib
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request

import boto3
from botocore.config import Config

from model import Model

REGION = "us-east-1"
# API Gateway's metrics have the name of the template, which is not the physical id.
API = "order-processing-dev-api"
# PutMetricData takes up to this many metrics in a call.
BATCH = 1000
# The sandbox catches up on a day at most.
DAY = 24 * 60
# The time after the last fact, for the recovery.
TAIL = 70
# The longest time in minutes from the end of an incident to a notification of it.
LATE = 15
MINUTE = datetime.timedelta(minutes=1)


@contextlib.contextmanager
def sandbox(binary, file):
    """Serves an account. At the end, its file is complete."""
    process = subprocess.Popen([binary, "sandbox", "--port", "0", "--file", file], stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.wait(timeout=60)


def client(endpoint, service):
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="secret",
        # Only the speed of tens of thousands of points asks for these.
        config=Config(parameter_validation=False, disable_request_compression=True),
    )


def advance(endpoint, minutes):
    """Advances the clock, and returns its time."""
    request = urllib.request.Request(f"{endpoint}/_sandbox/clock?advance={minutes}m", method="POST")
    with urllib.request.urlopen(request) as answer:
        return datetime.datetime.fromisoformat(json.load(answer)["now"].replace("Z", "+00:00"))


def watched(cloudwatch):
    """The metrics of all alarms."""
    alarms = cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"]).build_full_result()["MetricAlarms"]
    metrics = [alarm for alarm in alarms if "MetricName" in alarm]
    metrics += [query["MetricStat"]["Metric"] for alarm in alarms for query in alarm.get("Metrics", []) if "MetricStat" in query]
    return {key(metric["Namespace"], metric["MetricName"], metric.get("Dimensions", [])) for metric in metrics}


def key(namespace, name, dimensions):
    return namespace, name, tuple(sorted((dimension["Name"], dimension["Value"]) for dimension in dimensions))


def datum(metric, point, time):
    _, name, dimensions = metric
    made = {"MetricName": name, "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions], "Timestamp": time}
    if isinstance(point, tuple):
        count, total, low, high = point
        if count == 1:
            return {**made, "Value": total}
        return {**made, "StatisticValues": {"SampleCount": count, "Sum": total, "Minimum": low, "Maximum": high}}
    return {**made, "Values": [value for value, _ in point], "Counts": [number for _, number in point]}


def publish(cloudwatch, points, start, minutes):
    """Publishes the points of a range of minutes."""
    by_namespace = collections.defaultdict(list)
    for metric, series in points.items():
        data = [datum(metric, series[minute], start + minute * MINUTE) for minute in minutes if minute in series]
        by_namespace[metric[0]] += data
    for namespace, data in by_namespace.items():
        for at in range(0, len(data), BATCH):
            cloudwatch.put_metric_data(Namespace=namespace, MetricData=data[at : at + BATCH])


def play(binary, account, names, pattern):
    with tempfile.TemporaryDirectory() as folder:
        file = shutil.copy(account, os.path.join(folder, "account.json"))
        with sandbox(binary, file) as endpoint:
            cloudwatch = client(endpoint, "cloudwatch")
            groups = {group["GroupName"]: group.get("FilterExpression", "") for group in client(endpoint, "xray").get_groups()["Groups"]}
            wanted = watched(cloudwatch)
            points = Model(pattern, names, groups, wanted).play()
            # New alarms are evaluated without data first.
            start = advance(endpoint, 1).replace(second=0, microsecond=0) + MINUTE
            for first in range(0, pattern["minutes"], DAY):
                last = min(first + DAY, pattern["minutes"])
                publish(cloudwatch, points, start, range(first, last))
                advance(endpoint, last - first + (2 if last == pattern["minutes"] else 0))
        with open(file, encoding="utf-8") as saved:
            deliveries = json.load(saved)["regions"][REGION].get("deliveries", [])
    return {
        "messages": sorted((message(delivery, start) for delivery in deliveries), key=lambda message: message["minute"]),
        "silent": sorted(wanted - set(points)),
        "published": sorted(points),
    }


def message(delivery, start):
    at = datetime.datetime.fromisoformat(delivery["at"].replace("Z", "+00:00"))
    subject = re.fullmatch(r'(\w+): "(.+)" in .+', delivery["subject"] or "")
    return {
        "minute": (at - start) // MINUTE,
        "severity": re.split(r"[^a-z]", delivery["topic"])[-1],
        "state": subject[1] if subject else "other",
        # The name without the stack's.
        "alarm": subject[2].split(".", 1)[-1] if subject else delivery["message"][:60],
    }


class Outcome:
    """A pattern with its messages, and the differences from what is expected."""

    def __init__(self, pattern, played):
        self.pattern = pattern
        expected = pattern["expect"]
        self.least, self.most = expected["notifications"]
        self.start = pattern["start"]
        alarms = [message for message in played["messages"] if message["state"] == "ALARM"]
        self.before = [message for message in alarms if message["minute"] < self.start]
        self.alarms = [message for message in alarms if message["minute"] >= self.start]
        self.recoveries = [message for message in played["messages"] if message["state"] != "ALARM"]
        self.wrong = list(self.differences(expected))

    def differences(self, expected):
        count = len(self.alarms)
        if count < self.least:
            yield "too few"
        if count > self.most:
            yield "too many"
        if len(self.before) > expected.get("before", 0):
            yield f"{len(self.before)} before the incident"
        severity = expected.get("severity")
        relevant = [message["minute"] - self.start for message in self.alarms if severity in (None, message["severity"])]
        if self.least and self.alarms and not relevant:
            yield f"no {severity} one"
        if relevant and "within" in expected and min(relevant) > expected["within"]:
            yield f"after {min(relevant)} min"
        late = [message["minute"] - self.pattern["end"] for message in self.alarms if message["minute"] > self.pattern["end"] + LATE]
        if late:
            yield f"one {late[0]} min after the end"
        if len(self.recoveries) > len(self.before) + count:
            yield "more recoveries than alarms"

    def row(self):
        expected = self.pattern["expect"]
        span = str(self.least) if self.least == self.most else f"{self.least}-{self.most}"
        if self.least:
            span += f" {expected.get('severity', 'any')}" + (f" in {expected['within']} min" if "within" in expected else "")
        first = f"{len(self.alarms)}" + (f", first after {self.alarms[0]['minute'] - self.start} min" if self.alarms else "")
        return ("" if not self.wrong else "WRONG", self.pattern["name"], span, first, str(len(self.recoveries)), ", ".join(self.wrong))

    def names(self):
        """Each alarm with the minutes of its notifications."""
        minutes = collections.defaultdict(list)
        for message in self.before + self.alarms:
            minutes[message["severity"], message["alarm"]].append(message["minute"] - self.start)
        return [f"{severity} {alarm} at {' '.join(map(str, at))}" for (severity, alarm), at in minutes.items()]


def table(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def report(outcomes, silent):
    heading = ("", "pattern", "expected", "notifications", "recoveries", "difference")
    for line, outcome in zip(table([heading, *(outcome.row() for outcome in outcomes)]), [None, *outcomes]):
        print(line)
        for name in outcome.names() if outcome else ():
            print(f"           {name}")
    for kind in ("incident", "healthy"):
        of_kind = [outcome for outcome in outcomes if outcome.pattern["kind"] == kind]
        print(f"{kind}: {sum(not outcome.wrong for outcome in of_kind)} of {len(of_kind)} as expected")
    for namespace, name, dimensions in sorted(silent):
        print(f"no pattern publishes {namespace} {name} {dict(dimensions)}")


def name(resource):
    """The name in the dimensions of metrics."""
    physical, kind = resource["physical_id"], resource["type"]
    separators = {"AWS::SQS::Queue": "/", "AWS::SNS::Topic": ":", "AWS::Events::Rule": "|"}
    if kind == "AWS::ApiGateway::RestApi":
        return API
    return physical.rsplit(separators[kind], 1)[-1] if kind in separators else physical


def prepared(pattern):
    """A pattern with its defaults."""
    facts = pattern.get("facts", [])
    begins = [fact["from"] for fact in facts]
    ends = [fact["from"] + fact.get("for", 0) for fact in facts]
    end = max(ends, default=150)
    return {
        "minutes": end + TAIL,
        "end": end,
        "seed": os.environ.get("TRACEWATCH_INCIDENTS_SEED", ""),
        "start": min(begins, default=0) if pattern["kind"] == "incident" else 0,
        "expect": {"notifications": [1, 2], "within": 10} if pattern["kind"] == "incident" else {"notifications": [0, 0]},
        **pattern,
    }


def main(binary, account, inventory):
    resources = json.loads(pathlib.Path(inventory).read_text(encoding="utf-8"))["resources"]
    names = {resource["logical_id"]: name(resource) for resource in resources}
    patterns = [prepared(pattern) for pattern in json.load(sys.stdin)]
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        played = list(pool.map(play, *zip(*((binary, account, names, pattern) for pattern in patterns))))
    outcomes = [Outcome(pattern, one) for pattern, one in zip(patterns, played)]
    published = {tuple(metric) for one in played for metric in one["published"]}
    are_all = os.environ.get("TRACEWATCH_INCIDENTS") == "all"
    report(outcomes, {metric for metric in played[0]["silent"] if are_all and metric not in published})
    return any(outcome.wrong for outcome in outcomes)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
