"""Calls AWS operations with boto3 for tests in another language: a request per line of standard input, an answer per line of standard output.

A request is `{"endpoint", "region", "service", "operation", "arguments"}`; lists come whole, however many pages they have. With `waiter` for
`operation` it waits. Without a service, it asks for all that tracewatch could make in an account, in one object by kind and name.
"""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError

KINDS = ("alarms", "dashboards", "trace_groups", "sampling_rules", "topics", "log_groups", "event_rules")
CLIENTS = {}


def client(endpoint, region, service):
    key = (endpoint, region, service)
    if key not in CLIENTS:
        CLIENTS[key] = boto3.client(
            service,
            endpoint_url=endpoint,
            region_name=region,
            aws_access_key_id="SOMEBODYELSE",
            aws_secret_access_key="secret",
            # A sandbox that throttles its callers throttles this one too.
            config=Config(retries={"mode": "standard", "max_attempts": 10}),
        )
    return CLIENTS[key]


class Account:
    def __init__(self, endpoint, region):
        self.place = (endpoint, region)

    def call(self, service, operation, **arguments):
        made = client(*self.place, service)
        if made.can_paginate(operation):
            answer = made.get_paginator(operation).paginate(**arguments).build_full_result()
        else:
            answer = getattr(made, operation)(**arguments)
        answer.pop("ResponseMetadata", None)
        return answer

    def wait(self, service, waiter, **arguments):
        client(*self.place, service).get_waiter(waiter).wait(**arguments, WaiterConfig={"Delay": 0.2, "MaxAttempts": 600})

    def everything(self):
        return {kind: getattr(self, kind)() for kind in KINDS}

    def alarms(self):
        listed = self.call("cloudwatch", "describe_alarms", AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        alarms = listed.get("MetricAlarms", []) + listed.get("CompositeAlarms", [])
        return {alarm["AlarmName"]: {**alarm, "Tags": self.tags("cloudwatch", "ResourceARN", alarm["AlarmArn"])} for alarm in alarms}

    def dashboards(self):
        def read(entry):
            board = self.call("cloudwatch", "get_dashboard", DashboardName=entry["DashboardName"])
            return {**entry, **board, "Tags": self.tags("cloudwatch", "ResourceARN", entry["DashboardArn"])}

        return {entry["DashboardName"]: read(entry) for entry in self.call("cloudwatch", "list_dashboards").get("DashboardEntries", [])}

    def trace_groups(self):
        groups = {group["GroupName"]: group for group in self.call("xray", "get_groups")["Groups"]}
        return {name: {**group, "Tags": self.trace_tags(name, group["GroupARN"])} for name, group in groups.items()}

    def sampling_rules(self):
        records = self.call("xray", "get_sampling_rules")["SamplingRuleRecords"]
        rules = {record["SamplingRule"]["RuleName"]: record for record in records}
        return {name: {**record, "Tags": self.trace_tags(name, record["SamplingRule"]["RuleARN"])} for name, record in rules.items()}

    def topics(self):
        def read(arn):
            attributes = self.call("sns", "get_topic_attributes", TopicArn=arn)["Attributes"]
            subscriptions = self.call("sns", "list_subscriptions_by_topic", TopicArn=arn)["Subscriptions"]
            attributes["Policy"] = json.loads(attributes["Policy"])
            return {**attributes, "Subscriptions": subscriptions, "Tags": self.tags("sns", "ResourceArn", arn)}

        arns = [topic["TopicArn"] for topic in self.call("sns", "list_topics")["Topics"]]
        return {arn.rsplit(":", 1)[1]: read(arn) for arn in arns}

    def log_groups(self):
        return {group["logGroupName"]: group for group in self.call("logs", "describe_log_groups").get("logGroups", [])}

    def event_rules(self):
        def read(rule):
            targets = self.call("events", "list_targets_by_rule", Rule=rule["Name"])["Targets"]
            return {**rule, "Targets": targets, "Tags": self.tags("events", "ResourceARN", rule["Arn"])}

        return {rule["Name"]: read(rule) for rule in self.call("events", "list_rules").get("Rules", [])}

    def trace_tags(self, name, arn):
        # X-Ray's own group and rule have none.
        return {} if name == "Default" else self.tags("xray", "ResourceARN", arn)

    def tags(self, service, member, arn):
        listed = self.call(service, "list_tags_for_resource", **{member: arn})
        return {tag["Key"]: tag["Value"] for tag in listed.get("Tags", [])}


def answer(request):
    account = Account(request["endpoint"], request["region"])
    if "service" not in request:
        return {"answer": account.everything()}
    try:
        if "waiter" in request:
            return {"answer": account.wait(request["service"], request["waiter"], **request["arguments"])}
        return {"answer": account.call(request["service"], request["operation"], **request["arguments"])}
    except (ClientError, WaiterError) as error:
        return {"error": str(error)}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line)), default=str), flush=True)
