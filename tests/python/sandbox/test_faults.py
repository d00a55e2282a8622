"""Simulated faults, on a separate sandbox that `__main__.py` starts; its endpoint is SANDBOX_FAULTS_ENDPOINT."""

import os
import unittest

import botocore.exceptions

import sandbox
from sandbox import SandboxTest, client, unique

ENDPOINT = os.environ.get("SANDBOX_FAULTS_ENDPOINT")


@unittest.skipUnless(ENDPOINT, "SANDBOX_FAULTS_ENDPOINT is not set")
class Faults(SandboxTest):
    def setUp(self):
        kept, sandbox.ENDPOINT = sandbox.ENDPOINT, ENDPOINT
        self.addCleanup(setattr, sandbox, "ENDPOINT", kept)

    def test_every_third_call_is_throttled(self):
        cloudwatch = client("cloudwatch")
        alarm = {"Namespace": "n", "MetricName": "m", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1}
        alarm.update(Threshold=1.0, ComparisonOperator="GreaterThanThreshold")
        codes = []
        for at in range(6):
            try:
                cloudwatch.put_metric_alarm(AlarmName=f"a{at}", **alarm)
                codes.append(None)
            except botocore.exceptions.ClientError as error:
                codes.append(error.response["Error"]["Code"])
        self.assertEqual([None, None, "Throttling"] * 2, codes)

    def test_failures(self):
        sns = client("sns")
        sns.create_topic(Name="allowed")
        self.refused("AuthorizationError", sns.create_topic, status=403, Name="denied")
        self.refused("AccessDenied", client("xray").create_group, status=403, GroupName="g", FilterExpression="fault")

    def test_a_lost_answer(self):
        logs = client("logs")
        name = unique("lost")
        with self.assertRaises(botocore.exceptions.HTTPClientError):
            logs.create_log_group(logGroupName=name)
        self.assertEqual(1, len(logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]))


if __name__ == "__main__":
    unittest.main()
