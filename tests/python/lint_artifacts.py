"""Lints the artifacts in the account files of sandboxes as resources of CloudFormation templates.

    lint_artifacts.py ACCOUNT.json ...

Prints a JSON object: `linted`, the number of resources by type, and `found`, the findings of cfn-lint as texts.
"""

import collections
import itertools
import json
import sys
from pathlib import Path

import cfnlint.api

# A template has at most 500 resources.
PER_TEMPLATE = 400


def alarm(_, stored):
    types = {"MetricAlarm": "AWS::CloudWatch::Alarm", "CompositeAlarm": "AWS::CloudWatch::CompositeAlarm"}
    return types[stored["kind"]], stored["configuration"]


def topic(*_):
    return "AWS::SNS::Topic", {}


def subscription(_, stored):
    return "AWS::SNS::Subscription", {"TopicArn": stored["topic"], "Protocol": stored["protocol"], "Endpoint": stored["endpoint"]}


def trace_group(name, stored):
    insights = stored["insights"]
    configuration = {"InsightsEnabled": insights["is_enabled"], "NotificationsEnabled": insights["notifies"]}
    return "AWS::XRay::Group", {"GroupName": name, "FilterExpression": stored["filter_expression"], "InsightsConfiguration": configuration}


def sampling_rule(_, stored):
    rule = {key: value for key, value in stored["rule"].items() if key != "RuleARN"}
    return "AWS::XRay::SamplingRule", {"SamplingRule": rule}


def event_rule(_, stored):
    configuration = stored["configuration"]
    pattern = json.loads(configuration["EventPattern"])
    return "AWS::Events::Rule", {**configuration, "EventPattern": pattern, "Targets": list(stored["targets"].values())}


def mute_rule(_, stored):
    return "AWS::CloudWatch::AlarmMuteRule", stored["configuration"]


# The same members have other names in CloudFormation.
OBJECTIVE_MEMBERS = {
    "SliConfig": "Sli",
    "SliMetricConfig": "SliMetric",
    "RequestBasedSliConfig": "RequestBasedSli",
    "RequestBasedSliMetricConfig": "RequestBasedSliMetric",
}


def objective(name, stored):
    configuration = renamed(stored["configuration"], OBJECTIVE_MEMBERS)
    return "AWS::ApplicationSignals::ServiceLevelObjective", {"Name": name, **configuration}


def renamed(value, names):
    if isinstance(value, dict):
        return {names.get(key, key): renamed(member, names) for key, member in value.items()}
    if isinstance(value, list):
        return [renamed(item, names) for item in value]
    return value


def dashboard(name, stored):
    return "AWS::CloudWatch::Dashboard", {"DashboardName": name, "DashboardBody": stored["body"]}


def metric_filter(_, stored):
    members = ("filterName", "filterPattern", "logGroupName")
    properties = {name[0].upper() + name[1:]: stored[name] for name in members}
    transformations = [{name[0].upper() + name[1:]: value for name, value in one.items()} for one in stored["metricTransformations"]]
    return "AWS::Logs::MetricFilter", {**properties, "MetricTransformations": transformations}


KINDS = {
    "alarms": alarm,
    "topics": topic,
    "subscriptions": subscription,
    "trace_groups": trace_group,
    "sampling_rules": sampling_rule,
    "mute_rules": mute_rule,
    "service_level_objectives": objective,
}


CHAT_MEMBERS = {
    "SlackTeamId": "SlackWorkspaceId",
    "ChannelId": "TeamsChannelId",
    "TenantId": "TeamsTenantId",
}
NOT_OF_TEMPLATES = ("ChatConfigurationArn", "ChannelName", "TeamName", "SlackChannelName", "SlackTeamName")


def chat(_, stored):
    application = "SlackChannelConfiguration" if "SlackChannelId" in stored["configuration"] else "MicrosoftTeamsChannelConfiguration"
    written = {key: value for key, value in stored["configuration"].items() if key not in NOT_OF_TEMPLATES}
    return f"AWS::Chatbot::{application}", renamed(written, CHAT_MEMBERS)


def of_region(region):
    for kind, convert in KINDS.items():
        for name, stored in region.get(kind, {}).items():
            yield convert(name, stored)
    for bus in region.get("event_buses", {}).values():
        yield from (event_rule(name, stored) for name, stored in bus["rules"].items())
    for group in region.get("log_groups", {}).values():
        yield from (metric_filter(name, stored) for name, stored in group.get("metric_filters", {}).items())


def stacks(account):
    """The type and the properties of each artifact: those of all Regions, then those of each Region."""
    chats = account.get("chats", {}).get("configurations", {})
    yield [dashboard(name, stored) for name, stored in account.get("dashboards", {}).items()] + [chat(name, stored) for name, stored in chats.items()]
    for region in account["regions"].values():
        yield list(of_region(region))


def batches(items, size):
    items = iter(items)
    while batch := list(itertools.islice(items, size)):
        yield batch


def lint(batch):
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {}}
    for number, (kind, properties) in enumerate(batch):
        template["Resources"][f"Artifact{number}"] = {"Type": kind, "Properties": properties}
    for match in cfnlint.api.lint(json.dumps(template)):
        where = [str(part) for part in getattr(match, "path", None) or []]
        yield f"{match.rule.id} {'/'.join(where)}: {match.message}"


def main():
    linted, findings = collections.Counter(), []
    for path in sys.argv[1:]:
        for found in stacks(json.loads(Path(path).read_text())):
            linted.update(kind for kind, _ in found)
            findings += [f"{path}: {finding}" for batch in batches(found, PER_TEMPLATE) for finding in lint(batch)]
    print(json.dumps({"linted": linted, "found": findings}))


if __name__ == "__main__":
    main()
