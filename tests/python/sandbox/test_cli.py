"""The AWS CLI against the sandbox, and the counter of calls that tests of its users rely on."""

import json
import os
import subprocess
import sys
import unittest
import urllib.request

from sandbox import ENDPOINT, REGION, SandboxTest, client, unique


def aws(*arguments):
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_PAGER": ""}
    command = [sys.executable, "-m", "awscli", "--endpoint-url", ENDPOINT, "--region", REGION, "--output", "json", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    return done.returncode, json.loads(done.stdout) if done.stdout.strip() else None, done.stderr


class AwsCli(SandboxTest):
    def run_aws(self, *arguments):
        code, answer, errors = aws(*arguments)
        self.assertEqual((0, ""), (code, errors), arguments)
        return answer

    def test_alarms(self):
        name = unique("alarm")
        metric = ["--namespace", "AWS/Lambda", "--metric-name", "Errors", "--statistic", "Sum", "--period", "60"]
        rest = ["--evaluation-periods", "3", "--threshold", "0.5", "--comparison-operator", "GreaterThanThreshold"]
        self.run_aws("cloudwatch", "put-metric-alarm", "--alarm-name", name, *metric, *rest, "--tags", "Key=k,Value=v")
        found = self.run_aws("cloudwatch", "describe-alarms", "--alarm-names", name)["MetricAlarms"][0]
        self.assertEqual((60, 0.5), (found["Period"], found["Threshold"]))
        code, _, errors = aws("cloudwatch", "delete-alarms", "--alarm-names", unique("none"))
        self.assertNotEqual(0, code)
        self.assertIn("ResourceNotFound", errors)

    def test_traces_topics_and_logs(self):
        name = unique("x")
        group = self.run_aws("xray", "create-group", "--group-name", name, "--filter-expression", "fault")["Group"]
        self.assertEqual("fault", group["FilterExpression"])
        self.assertIn(name, [one["GroupName"] for one in self.run_aws("xray", "get-groups")["Groups"]])
        self.run_aws("xray", "delete-group", "--group-name", name)
        topic = self.run_aws("sns", "create-topic", "--name", name)["TopicArn"]
        self.assertIn("Policy", self.run_aws("sns", "get-topic-attributes", "--topic-arn", topic)["Attributes"])
        self.run_aws("logs", "create-log-group", "--log-group-name", name)
        listed = self.run_aws("logs", "describe-log-groups", "--log-group-name-prefix", name)["logGroups"]
        self.assertEqual([name], [one["logGroupName"] for one in listed])
        self.assertEqual("123456789012", self.run_aws("sts", "get-caller-identity")["Account"])
        stacks = self.run_aws("cloudformation", "describe-stacks", "--stack-name", "orders")["Stacks"]
        self.assertEqual("orders", stacks[0]["StackName"])

    def test_what_is_not_served_is_said(self):
        for command in ("cloudwatch describe-insight-rules", "sns list-platform-applications", "xray get-indexing-rules"):
            code, _, errors = aws(*command.split())
            self.assertNotEqual(0, code)
            self.assertNotIn("Traceback", errors)
        self.assertIn("does not serve sns ListPlatformApplications", aws("sns", "list-platform-applications")[2])


class Calls(SandboxTest):
    def calls(self, method):
        with urllib.request.urlopen(urllib.request.Request(f"{ENDPOINT}/_sandbox/calls", method=method)) as answer:
            return json.load(answer)

    def test_calls_are_counted_until_they_are_forgotten(self):
        self.assertEqual({}, self.calls("DELETE"))
        client("cloudwatch").list_dashboards()
        client("cloudwatch").list_dashboards()
        client("sts").get_caller_identity()
        self.assertEqual({"GetCallerIdentity": 1, "ListDashboards": 2}, self.calls("GET"))
        self.assertEqual({}, self.calls("DELETE"))


if __name__ == "__main__":
    unittest.main()
