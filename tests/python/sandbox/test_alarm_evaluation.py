"""Alarms follow published metrics. Samples are published for the past, so that no test has to wait.

On a sandbox of their own, whose clock is theirs: SANDBOX_ALARMS_ENDPOINT. What alarms told their topics is in its file,
SANDBOX_ALARMS_FILE. `__main__.py` starts it.
"""

import datetime
import json
import os
import time
import unittest
import urllib.error
import urllib.request

import sandbox
from sandbox import REGION, SandboxTest, client, unique

ENDPOINT = os.environ.get("SANDBOX_ALARMS_ENDPOINT")
ACCOUNT_FILE = os.environ.get("SANDBOX_ALARMS_FILE")
MINUTE = datetime.timedelta(minutes=1)


def clock(query=""):
    request = urllib.request.Request(f"{ENDPOINT}/_sandbox/clock{query}", method="POST")
    with urllib.request.urlopen(request) as answer:
        return datetime.datetime.fromisoformat(json.load(answer)["now"].replace("Z", "+00:00"))


@unittest.skipUnless(ENDPOINT, "SANDBOX_ALARMS_ENDPOINT is not set")
class AlarmTest(SandboxTest):
    def setUp(self):
        kept, sandbox.ENDPOINT = sandbox.ENDPOINT, ENDPOINT
        self.addCleanup(setattr, sandbox, "ENDPOINT", kept)
        self.cloudwatch = client("cloudwatch")
        self.sns = client("sns")
        self.name = unique("evaluated")
        # Points of a minute do not move out of it while a test runs: all times are from here.
        self.present = clock().replace(second=0, microsecond=0)

    def metric(self, name="m", **dimensions):
        dimensions = [{"Name": key, "Value": value} for key, value in dimensions.items()]
        return {"Namespace": self.name, "MetricName": name, "Dimensions": dimensions}

    def put(self, name=None, metric=None, **definition):
        alarm = {
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 0.0,
            "ComparisonOperator": "GreaterThanThreshold",
            **({} if "Metrics" in definition else metric or self.metric()),
            **definition,
        }
        if "Metrics" in definition:
            alarm = {key: value for key, value in alarm.items() if key not in ("Statistic", "Period")}
        alarm = {key: value for key, value in alarm.items() if value is not None}
        self.cloudwatch.put_metric_alarm(AlarmName=name or self.name, **alarm)

    def publish(self, points, metric=None, **more):
        """Values by minutes before now; each item of a list is a sample."""
        metric = metric or self.metric()
        data = [
            {
                **{key: value for key, value in metric.items() if key != "Namespace"},
                "Timestamp": self.present - ago * MINUTE,
                "Values": [float(value) for value in (values if isinstance(values, list) else [values])],
                **more,
            }
            for ago, values in points.items()
        ]
        self.cloudwatch.put_metric_data(Namespace=metric["Namespace"], MetricData=data)

    def query(self, identifier, metric, stat="Sum", period=60):
        return {"Id": identifier, "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}, "ReturnData": False}

    def alarm(self, name=None):
        found = self.cloudwatch.describe_alarms(AlarmNames=[name or self.name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        return (found["MetricAlarms"] + found["CompositeAlarms"])[0]

    def state(self, name=None):
        return self.alarm(name)["StateValue"]

    def history(self, name=None):
        """States by the minutes since their transition, oldest first."""
        items = self.cloudwatch.describe_alarm_history(
            AlarmName=name or self.name,
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
            HistoryItemType="StateUpdate",
            ScanBy="TimestampAscending",
        )["AlarmHistoryItems"]
        self.last = items
        states = [json.loads(item["HistoryData"])["newState"]["stateValue"] for item in items]
        return [(round((self.present - item["Timestamp"]) / MINUTE), state) for item, state in zip(items, states)]

    def topic(self):
        topic = self.sns.create_topic(Name=self.name)["TopicArn"]
        self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:123456789012:{self.name}")
        return topic

    def told(self, topic):
        """The subjects of a topic's messages, after the account is saved."""
        mark = unique("mark")
        self.sns.publish(TopicArn=topic, Subject=mark, Message=mark)
        for _ in range(100):
            time.sleep(0.1)
            with open(ACCOUNT_FILE, encoding="utf-8") as file:
                deliveries = json.load(file)["regions"].get(REGION, {}).get("deliveries", [])
            deliveries = [delivery for delivery in deliveries if delivery["topic"] == topic]
            times = [datetime.datetime.fromisoformat(delivery["at"].replace("Z", "+00:00")) for delivery in deliveries]
            self.told_ago = [round((self.present - at) / MINUTE) for at in times[:-1]]
            subjects = [delivery["subject"] for delivery in deliveries]
            if mark in subjects:
                return [subject for subject in subjects if not subject.startswith("mark")]
        raise AssertionError("the account was not saved")


class Evaluation(AlarmTest):
    def test_an_alarm_notifies_its_topic_and_recovers(self):
        topic = self.topic()
        self.put(AlarmActions=[topic], OKActions=[topic], TreatMissingData="notBreaching", EvaluationPeriods=2)
        self.publish({40: 0, 39: 0, 38: 3, 37: 4, 36: 0, 35: 0})
        self.assertEqual("OK", self.state())
        self.assertEqual([(39, "OK"), (36, "ALARM"), (35, "OK")], self.history())
        self.assertEqual([f"{state}: \"{self.name}\" in {REGION}" for state in ("OK", "ALARM", "OK")], self.told(topic))
        crossed = json.loads(self.last[1]["HistoryData"])["newState"]["stateReason"]
        self.assertRegex(
            crossed,
            r"^Threshold Crossed: 2 out of the last 2 datapoints \[4\.0 \(.+\), 3\.0 \(.+\)\] were greater than the threshold \(0\.0\) "
            r"\(minimum 2 datapoints for OK -> ALARM transition\)\.$",
        )

    def test_a_state_has_its_reason(self):
        self.put()
        self.publish({2: [2, 3], 1: 7})
        found = self.alarm()
        self.assertEqual("ALARM", found["StateValue"])
        self.assertIn("1 out of the last 1 datapoints [5.0 (", found["StateReason"])
        data = json.loads(found["StateReasonData"])
        self.assertEqual(("Sum", 60, [5.0], 0.0), tuple(data[key] for key in ("statistic", "period", "recentDatapoints", "threshold")))
        self.assertEqual(2, data["evaluatedDatapoints"][0]["sampleCount"])
        self.assertEqual(self.present - MINUTE, found["StateTransitionedTimestamp"])

    def test_an_alarm_compares_with_a_service_quota(self):
        dimensions = {"Service": "Lambda", "Type": "Resource", "Resource": "ConcurrentExecutions", "Class": "None"}
        usage = {**self.metric("ResourceCount", **dimensions), "Namespace": "AWS/Usage"}
        claimed = self.metric("claimed")
        share = {"Id": "e1", "Expression": "100 * m1 / SERVICE_QUOTA(m2)", "ReturnData": True}
        metrics = [self.query("m1", claimed, "Maximum"), self.query("m2", usage, "Maximum"), share]
        self.put(Metrics=metrics, Threshold=80.0)
        self.publish({3: 700, 2: 810}, claimed)
        self.assertEqual([(2, "OK"), (1, "ALARM")], self.history()[:2])

    def test_disabled_actions_send_no_notification(self):
        topic = self.topic()
        self.put(AlarmActions=[topic], ActionsEnabled=False)
        self.publish({1: 1})
        self.assertEqual("ALARM", self.state())
        self.assertEqual([], self.told(topic))

    def test_m_out_of_n(self):
        self.put(EvaluationPeriods=3, DatapointsToAlarm=2)
        self.publish({ago: value for ago, value in zip(range(9, 0, -1), (0, 0, 1, 0, 1, 0, 0, 0, 0))})
        self.assertEqual([(8, "OK"), (4, "ALARM"), (3, "OK")], self.history()[:3])

    def test_missing_data(self):
        ends = {"missing": "INSUFFICIENT_DATA", "ignore": "ALARM", "breaching": "ALARM", "notBreaching": "OK"}
        for treatment in ends:
            self.put(name=f"{self.name}-{treatment}", TreatMissingData=treatment)
        self.publish({30: 0, 29: 1})
        self.assertEqual(ends, {treatment: self.state(f"{self.name}-{treatment}") for treatment in ends})
        self.assertEqual([(29, "OK"), (28, "ALARM"), (23, "INSUFFICIENT_DATA")], self.history(f"{self.name}-missing"))
        reason = self.alarm(f"{self.name}-notBreaching")["StateReason"]
        self.assertIn("treated as [NonBreaching]", reason)

    def test_alarms_without_data_are_evaluated_once(self):
        ends = {"missing": "INSUFFICIENT_DATA", "ignore": "INSUFFICIENT_DATA", "breaching": "ALARM", "notBreaching": "OK"}
        for treatment in ends:
            self.put(name=f"{self.name}-{treatment}", TreatMissingData=treatment)
        self.assertEqual(ends, {treatment: self.state(f"{self.name}-{treatment}") for treatment in ends})
        quiet = f"{self.name}-notBreaching"
        self.cloudwatch.set_alarm_state(AlarmName=quiet, StateValue="ALARM", StateReason="by hand")
        clock("?advance=10m")
        self.assertEqual("ALARM", self.state(quiet))

    def test_rate_with_a_floor(self):
        errors, invocations = self.metric("errors", F="f"), self.metric("invocations", F="f")
        rate = {"Id": "rate", "Expression": "IF(invocations >= 10, 100 * errors / invocations, 0)", "ReturnData": True}
        queries = [self.query("errors", errors), self.query("invocations", invocations), rate]
        self.put(Metrics=queries, Threshold=20.0, TreatMissingData="notBreaching")
        self.publish({20: 5, 19: 5, 18: 0}, errors)
        # The second call comes after the first, as it must with other namespaces: they are looked at together.
        self.publish({20: 9, 19: 10, 18: 10}, invocations)
        self.assertEqual([(19, "OK"), (18, "ALARM"), (17, "OK")], self.history())
        self.assertIn("[50.0 (", json.loads(self.last[1]["HistoryData"])["newState"]["stateReason"])

    def test_expressions_of_expressions(self):
        queries = [
            {"Id": "doubled", "Expression": "filled * 2", "ReturnData": True},
            {"Id": "filled", "Expression": "FILL(m, 0) + 1", "ReturnData": False},
            self.query("m", self.metric()),
        ]
        self.put(Metrics=queries, Threshold=10.0)
        self.publish({20: 4, 19: 5})
        self.assertEqual([(19, "OK"), (18, "ALARM"), (17, "OK")], self.history())

    def test_percentiles(self):
        percentile = {"Statistic": None, "ExtendedStatistic": "p90", "Threshold": 5.0}
        self.put(**percentile)
        self.put(name=f"{self.name}-ignore", EvaluateLowSampleCountPercentile="ignore", **percentile)
        self.publish({2: [1] * 9 + [9], 1: [1] * 8 + [9] * 2})
        self.assertEqual("OK", self.history()[0][1])
        self.assertEqual("ALARM", self.state())
        # p90 needs a hundred samples.
        self.assertEqual("INSUFFICIENT_DATA", self.state(f"{self.name}-ignore"))
        self.publish({1: [1] * 80 + [9] * 20})
        self.assertEqual("ALARM", self.state(f"{self.name}-ignore"))

    def test_units(self):
        self.put(Unit="Seconds")
        self.publish({2: 1}, Unit="Milliseconds")
        self.assertEqual("INSUFFICIENT_DATA", self.state())
        self.publish({2: 1}, Unit="Seconds")
        self.assertEqual("ALARM", self.state())

    def test_longer_periods_slide_by_the_minute(self):
        self.put(Period=300, Threshold=2.0, TreatMissingData="notBreaching")
        self.publish({30: 1, 29: 1, 27: 1})
        self.assertEqual([(29, "OK"), (26, "ALARM")], self.history()[:2])

    def test_trace_counts(self):
        groups = {key: f"{self.name}-{key}" for key in ("slow", "all")}
        metrics = {
            key: {"Namespace": "AWS/X-Ray", "MetricName": "ApproximateTraceCount", "Dimensions": [{"Name": "GroupName", "Value": group}]}
            for key, group in groups.items()
        }
        rate = {"Id": "rate", "Expression": "IF(total >= 10, 100 * slow / total, 0)", "ReturnData": True}
        queries = [self.query("slow", metrics["slow"]), self.query("total", metrics["all"]), rate]
        self.put(Metrics=queries, Threshold=10.0, EvaluationPeriods=2)
        self.publish({10: 1, 9: 4, 8: 4}, metrics["slow"])
        self.publish({10: 20, 9: 20, 8: 20}, metrics["all"])
        self.assertEqual([(9, "OK"), (7, "ALARM")], self.history()[:2])

    def test_bands(self):
        watched = dict(self.query("m", self.metric(), stat="Average", period=300), ReturnData=True)
        band = {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m, 2)", "ReturnData": True}
        operator = "GreaterThanUpperThreshold"
        self.put(Metrics=[watched, band], ThresholdMetricId="band", ComparisonOperator=operator, Threshold=None)
        self.publish({ago: 100 if ago == 10 else 10 + ago % 2 for ago in range(5, 400, 5)})
        states = self.history()
        self.assertIn("ALARM", [state for _, state in states])
        self.assertTrue(all(5 <= ago <= 20 for ago, state in states if state == "ALARM"), states)

    def test_composites_follow_their_children(self):
        both = f"{self.name}-both"
        for key in ("a", "b"):
            self.put(name=f"{self.name}-{key}", metric=self.metric(key), TreatMissingData="notBreaching")
        self.cloudwatch.put_composite_alarm(AlarmName=both, AlarmRule=f"ALARM({self.name}-a) AND ALARM({self.name}-b)")
        self.publish({20: 1, 19: 1, 18: 1, 17: 0}, self.metric("a"))
        self.publish({19: 1, 18: 1, 17: 1, 16: 0}, self.metric("b"))
        self.assertEqual("OK", self.state(both))
        # Its first state is of now, when it was put.
        self.assertEqual([(18, "ALARM"), (16, "OK")], self.history(both)[:2])

    def test_suppressors_delay_actions(self):
        topic, loud = self.topic(), f"{self.name}-loud"
        for key in ("watched", "deploys"):
            self.put(name=f"{self.name}-{key}", metric=self.metric(key), TreatMissingData="notBreaching")
        self.cloudwatch.put_composite_alarm(
            AlarmName=loud,
            AlarmRule=f"ALARM({self.name}-watched)",
            AlarmActions=[topic],
            ActionsSuppressor=f"{self.name}-deploys",
            ActionsSuppressorWaitPeriod=120,
            ActionsSuppressorExtensionPeriod=180,
        )
        # A deployment explains the first alarm, and not the second.
        first, second, deployment = range(60, 56, -1), range(30, 20, -1), range(61, 52, -1)
        self.publish({**dict.fromkeys([*first, *second], 1), 56: 0, 20: 0}, self.metric("watched"))
        self.publish({**dict.fromkeys(deployment, 1), 52: 0}, self.metric("deploys"))
        self.state(loud)
        self.assertEqual([(59, "ALARM"), (55, "OK"), (29, "ALARM"), (19, "OK")], self.history(loud)[:4])
        self.assertEqual([f"ALARM: \"{loud}\" in {REGION}"], self.told(topic))
        self.assertEqual([27], self.told_ago)

    def test_set_alarm_state_lasts_until_the_next_evaluation(self):
        self.put(TreatMissingData="notBreaching")
        self.publish({30: 0})
        self.assertEqual("OK", self.state())
        self.cloudwatch.set_alarm_state(AlarmName=self.name, StateValue="ALARM", StateReason="by hand")
        clock("?advance=1m")
        self.assertEqual("OK", self.state())


class Clock(AlarmTest):
    def test_the_clock_advances_on_request(self):
        topic = self.topic()
        self.put(AlarmActions=[topic], OKActions=[topic])
        for value, state in ((1.0, "ALARM"), (0.0, "OK")):
            self.cloudwatch.put_metric_data(Namespace=self.name, MetricData=[{"MetricName": "m", "Value": value}])
            before = clock()
            self.assertGreaterEqual(clock("?advance=1m") - before, MINUTE)
            # Nobody has to ask.
            self.assertEqual(f"{state}: \"{self.name}\" in {REGION}", self.told(topic)[-1])

    def test_the_clock_refuses_negative_durations(self):
        for advance in ("-5m", "soon"):
            with self.assertRaises(urllib.error.HTTPError) as caught:
                clock(f"?advance={advance}")
            self.assertEqual(400, caught.exception.code)
            caught.exception.close()


if __name__ == "__main__":
    unittest.main()
