"""Log groups, their retention and tags, and metric filters."""

import unittest

from sandbox import SandboxTest, arn, client, unique

NOT_FOUND = "ResourceNotFoundException"
INVALID = "InvalidParameterException"


class Logs(SandboxTest):
    def setUp(self):
        self.logs = client("logs")
        self.name = unique("/aws/lambda/orders")
        self.arn = arn("logs", f"log-group:{self.name}")

    def create(self, **arguments):
        self.logs.create_log_group(logGroupName=self.name, **arguments)

    def group(self):
        return self.logs.describe_log_groups(logGroupNamePrefix=self.name)["logGroups"][0]

    def test_creation(self):
        self.create(tags={"team": "é"}, logGroupClass="INFREQUENT_ACCESS", kmsKeyId=arn("kms", "key/1"))
        group = self.group()
        self.assertGreater(group.pop("creationTime"), 1_700_000_000_000)
        expected = {
            "logGroupName": self.name,
            "metricFilterCount": 0,
            "arn": self.arn + ":*",
            "logGroupArn": self.arn,
            "storedBytes": 0,
            "kmsKeyId": arn("kms", "key/1"),
            "logGroupClass": "INFREQUENT_ACCESS",
        }
        self.assertEqual(expected, group)
        self.refused("ResourceAlreadyExistsException", self.logs.create_log_group, status=400, logGroupName=self.name)
        self.refused(INVALID, self.logs.create_log_group, logGroupName="a b")

    def test_retention(self):
        self.refused(NOT_FOUND, self.logs.put_retention_policy, logGroupName=self.name, retentionInDays=30)
        self.create()
        self.logs.put_retention_policy(logGroupName=self.name, retentionInDays=30)
        self.assertEqual(30, self.group()["retentionInDays"])
        text = "Member must satisfy enum value set: [1, 3, 5, 7, 14, 30,"
        self.refused(INVALID, self.logs.put_retention_policy, text=text, logGroupName=self.name, retentionInDays=2)
        self.logs.delete_retention_policy(logGroupName=self.name)
        self.assertNotIn("retentionInDays", self.group())

    def test_listing(self):
        logs = client("logs", region=unique("test"))
        for at in range(51):
            logs.create_log_group(logGroupName=f"/Group/{at:03}")
        first = logs.describe_log_groups()
        self.assertEqual(50, len(first["logGroups"]))
        self.assertEqual(1, len(logs.describe_log_groups(nextToken=first["nextToken"])["logGroups"]))
        self.assertEqual(10, len(logs.describe_log_groups(logGroupNamePrefix="/Group/00")["logGroups"]))
        self.assertEqual(0, len(logs.describe_log_groups(logGroupNamePrefix="/group/00")["logGroups"]))
        self.assertEqual(10, len(logs.describe_log_groups(logGroupNamePattern="group/00")["logGroups"]))
        self.assertEqual(1, len(logs.describe_log_groups(logGroupIdentifiers=["/Group/007"])["logGroups"]))
        self.assertEqual(2, len(logs.describe_log_groups(limit=2)["logGroups"]))
        self.refused(INVALID, logs.describe_log_groups, logGroupNamePrefix="a", logGroupNamePattern="abc")

    def test_deletion(self):
        self.create()
        self.logs.delete_log_group(logGroupName=self.name)
        text = "The specified log group does not exist."
        self.refused(NOT_FOUND, self.logs.delete_log_group, text=text, logGroupName=self.name)

    def test_tags(self):
        self.create(tags={"a": "1"})
        self.logs.tag_resource(resourceArn=self.arn, tags={"b": "2"})
        self.logs.untag_resource(resourceArn=self.arn, tagKeys=["a"])
        self.assertEqual({"b": "2"}, self.logs.list_tags_for_resource(resourceArn=self.arn)["tags"])
        self.assertEqual({"b": "2"}, self.logs.list_tags_log_group(logGroupName=self.name)["tags"])
        self.refused(NOT_FOUND, self.logs.list_tags_for_resource, resourceArn=self.arn + "x")
        self.refused(INVALID, self.logs.list_tags_for_resource, resourceArn=self.arn + ":*")
        many = {f"k{at}": "" for at in range(50)}
        self.refused("TooManyTagsException", self.logs.tag_resource, resourceArn=self.arn, tags=many)

    def test_metric_filters(self):
        self.create()
        metric = {"metricName": "m", "metricNamespace": "n", "metricValue": "1", "defaultValue": 0.0}
        definition = {"filterName": "f", "filterPattern": "ERROR", "metricTransformations": [metric]}
        self.logs.put_metric_filter(logGroupName=self.name, **definition)
        found = self.logs.describe_metric_filters(logGroupName=self.name)["metricFilters"][0]
        self.assertEqual(definition, {member: found[member] for member in definition})
        self.assertEqual(1, self.group()["metricFilterCount"])
        for filters in ({"filterNamePrefix": "f"}, {"metricName": "m", "metricNamespace": "n"}, {}):
            self.assertIn("f", [each["filterName"] for each in self.logs.describe_metric_filters(**filters)["metricFilters"]])
        self.assertEqual([], self.logs.describe_metric_filters(metricName="other", metricNamespace="n")["metricFilters"])
        self.refused(INVALID, self.logs.describe_metric_filters, metricName="m")
        self.logs.delete_metric_filter(logGroupName=self.name, filterName="f")
        self.refused(NOT_FOUND, self.logs.delete_metric_filter, logGroupName=self.name, filterName="f")

    def test_refused_metric_filters(self):
        self.create()
        metric = {"metricName": "m", "metricNamespace": "n", "metricValue": "1"}
        definition = {"filterName": "f", "filterPattern": "{ $.latency > 0 }", "metricTransformations": [metric]}

        def put(**changes):
            self.logs.put_metric_filter(**{"logGroupName": self.name, **definition, **changes})

        put(metricTransformations=[{**metric, "metricValue": "$.latency"}])
        for changes in (
            {"filterName": "f:g"},
            {"filterPattern": "{ $.latency >> 0 }"},
            {"filterPattern": "ERROR", "metricTransformations": [{**metric, "metricValue": "$.latency"}]},
            {"metricTransformations": [{**metric, "metricName": "m*"}]},
            {"metricTransformations": [{**metric, "defaultValue": 0.0, "dimensions": {"latency": "$.latency"}}]},
        ):
            self.refused(INVALID, put, **changes)
        self.refused(NOT_FOUND, put, logGroupName=self.name + "x")
        for at in range(5):
            put(filterName=f"r{at}", filterPattern="%a|b%")
        self.refused("LimitExceededException", put, filterName="r5", filterPattern="%a|b%")
        for at in range(94):
            put(filterName=f"t{at}", filterPattern="ERROR")
        self.refused("LimitExceededException", put, filterName="more", filterPattern="ERROR")
        put(filterName="t0", filterPattern="WARN")


if __name__ == "__main__":
    unittest.main()
