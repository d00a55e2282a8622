"""Cut botocore's service models to the operations that the sandbox serves.

The sandbox reads requests and writes answers by AWS's own models (`src/sandbox/models/*.json`), so that names, types, required
members, lengths and error codes are AWS's and not ours. Run it with the pinned botocore after adding an operation below:

    python tests/python/sandbox/trim_models.py
"""

import json
import pathlib

import botocore.loaders

OPERATIONS = {
    "application-signals": """
        CreateServiceLevelObjective DeleteServiceLevelObjective GetServiceLevelObjective ListServiceLevelObjectives
        ListTagsForResource TagResource UntagResource UpdateServiceLevelObjective""",
    "cloudwatch": """
        DeleteAlarmMuteRule DeleteAlarms DeleteDashboards DescribeAlarmHistory DescribeAlarms DisableAlarmActions EnableAlarmActions
        GetAlarmMuteRule GetDashboard GetMetricData ListAlarmMuteRules ListDashboards ListMetrics ListTagsForResource PutAlarmMuteRule
        PutCompositeAlarm PutDashboard PutMetricAlarm PutMetricData SetAlarmState TagResource UntagResource""",
    "xray": """
        CreateGroup CreateSamplingRule DeleteGroup DeleteSamplingRule GetGroup GetGroups GetSamplingRules ListTagsForResource
        TagResource UntagResource UpdateGroup UpdateSamplingRule""",
    "sns": """
        ConfirmSubscription CreateTopic DeleteTopic GetTopicAttributes ListSubscriptions ListSubscriptionsByTopic
        ListTagsForResource ListTopics Publish SetTopicAttributes Subscribe TagResource Unsubscribe UntagResource""",
    "logs": """
        CreateLogGroup DeleteLogGroup DeleteMetricFilter DeleteRetentionPolicy DescribeLogGroups DescribeMetricFilters
        ListTagsForResource ListTagsLogGroup PutMetricFilter PutRetentionPolicy TagResource UntagResource""",
    "events": """
        CreateEventBus DeleteRule DescribeRule ListEventBuses ListRules ListTagsForResource ListTargetsByRule PutRule PutTargets
        RemoveTargets TagResource UntagResource""",
    "chatbot": """
        CreateMicrosoftTeamsChannelConfiguration CreateSlackChannelConfiguration DeleteMicrosoftTeamsChannelConfiguration
        DeleteSlackChannelConfiguration DescribeSlackChannelConfigurations DescribeSlackWorkspaces ListMicrosoftTeamsChannelConfigurations
        ListMicrosoftTeamsConfiguredTeams ListTagsForResource TagResource UntagResource UpdateMicrosoftTeamsChannelConfiguration
        UpdateSlackChannelConfiguration""",
    "observabilityadmin": "GetTelemetryEnrichmentStatus StartTelemetryEnrichment StopTelemetryEnrichment",
    "sts": "GetCallerIdentity",
    "cloudformation": "DescribeStacks GetTemplate ListStackResources",
    "resourcegroupstaggingapi": "GetResources",
}
METADATA = ("apiVersion", "awsQueryCompatible", "jsonVersion", "protocols", "serviceId", "targetPrefix", "xmlNamespace")
SHAPE = ("type", "required", "members", "member", "key", "value", "min", "max", "enum", "error", "exception")
OUTPUT = pathlib.Path(__file__).parents[3] / "src" / "sandbox" / "models"


def references(shape):
    """The names of the shapes that a shape is made of."""
    members = list(shape.get("members", {}).values())
    members += [shape[key] for key in ("member", "key", "value") if key in shape]
    return [member["shape"] for member in members]


def reference(member):
    return {key: member[key] for key in ("shape", "locationName", "resultWrapper") if key in member}


def trimmed_shape(shape):
    kept = {key: shape[key] for key in SHAPE if key in shape}
    for key in ("member", "key", "value"):
        if key in kept:
            kept[key] = reference(kept[key])
    if "members" in kept:
        kept["members"] = {name: reference(member) for name, member in kept["members"].items()}
    return kept


def trimmed_operation(operation):
    http = operation["http"]
    kept = {"http": {"requestUri": http["requestUri"]}}
    if http.get("method", "POST") != "POST":
        kept["http"]["method"] = http["method"]
    for key in ("input", "output"):
        if key in operation:
            kept[key] = reference(operation[key])
    return kept


def trimmed(model, names):
    operations = {name: trimmed_operation(model["operations"][name]) for name in names}
    wanted = [op[key]["shape"] for op in operations.values() for key in ("input", "output") if key in op]
    wanted += [name for name, shape in model["shapes"].items() if shape.get("exception")]
    shapes = {}
    while wanted:
        name = wanted.pop()
        if name not in shapes:
            shapes[name] = trimmed_shape(model["shapes"][name])
            wanted += references(model["shapes"][name])
    metadata = {key: model["metadata"][key] for key in METADATA if key in model["metadata"]}
    return {"metadata": metadata, "operations": operations, "shapes": dict(sorted(shapes.items()))}


def main():
    loader = botocore.loaders.Loader()
    OUTPUT.mkdir(exist_ok=True)
    for service, names in OPERATIONS.items():
        model = trimmed(loader.load_service_model(service, "service-2"), names.split())
        lines = json.dumps(model, indent=1, ensure_ascii=False)
        (OUTPUT / f"{service}.json").write_text(lines + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
