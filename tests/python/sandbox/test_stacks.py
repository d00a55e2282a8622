"""CloudFormation over the stack of `account.json`, STS, and the tagging API."""

import json
import unittest

from sandbox import ACCOUNT, SandboxTest, arn, client, members, unique


class Stacks(SandboxTest):
    def setUp(self):
        self.cloudformation = client("cloudformation")

    def test_description(self):
        stack = self.cloudformation.describe_stacks(StackName="orders")["Stacks"][0]
        self.assertTrue(stack["StackId"].startswith(arn("cloudformation", "stack/orders/")))
        self.assertEqual("UPDATE_COMPLETE", stack["StackStatus"])
        self.assertEqual([{"ParameterKey": "Stage", "ParameterValue": "prod"}], stack["Parameters"])
        self.assertEqual([{"OutputKey": "Url", "OutputValue": "https://example.com/?a=1&b=2"}], stack["Outputs"])
        self.assertEqual({"team": "orders"}, self.tags(stack["Tags"]))
        by_id = self.cloudformation.describe_stacks(StackName=stack["StackId"])["Stacks"]
        self.assertEqual([stack], by_id)
        self.assertIn(stack, self.cloudformation.describe_stacks()["Stacks"])

    def test_resources(self):
        first = self.cloudformation.list_stack_resources(StackName="orders")
        self.assertEqual(100, len(first["StackResourceSummaries"]))
        second = self.cloudformation.list_stack_resources(StackName="orders", NextToken=first["NextToken"])
        resource = second["StackResourceSummaries"][-1]
        expected = ("Table", "orders-Table-1", "AWS::DynamoDB::Table", "CREATE_COMPLETE")
        wanted = ("LogicalResourceId", "PhysicalResourceId", "ResourceType", "ResourceStatus")
        self.assertEqual(expected, tuple(resource[member] for member in wanted))
        self.assertNotIn("NextToken", second)

    def test_template(self):
        original = self.cloudformation.get_template(StackName="orders")
        self.assertEqual("Resources: {}\n", original["TemplateBody"])
        self.assertEqual(["Original", "Processed"], original["StagesAvailable"])
        processed = self.cloudformation.get_template(StackName="orders", TemplateStage="Processed")["TemplateBody"]
        self.assertEqual({"Resources": {}}, json.loads(processed) if isinstance(processed, str) else processed)

    def test_unknown_stacks(self):
        for operation in ("describe_stacks", "list_stack_resources", "get_template"):
            call = getattr(self.cloudformation, operation)
            self.refused("ValidationError", call, status=400, text="Stack with id none does not exist", StackName="none")


class Others(SandboxTest):
    def test_identity(self):
        identity = members(client("sts").get_caller_identity())
        self.assertEqual((ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/sandbox"), (identity["Account"], identity["Arn"]))

    def test_resources_by_tag(self):
        value = unique("stack")
        tags = [{"Key": "stack", "Value": value}]
        topic = client("sns").create_topic(Name=value, Tags=tags)["TopicArn"]
        rule = client("events").put_rule(Name=value, ScheduleExpression="rate(1 day)", Tags=tags)["RuleArn"]
        for protocol in ("json", "smithy-rpc-v2-cbor"):
            tagging = client("resourcegroupstaggingapi", protocol)

            def found(**filters):
                listed = tagging.get_resources(TagFilters=[{"Key": "stack", "Values": [value]}], **filters)
                return [mapping["ResourceARN"] for mapping in listed["ResourceTagMappingList"]]

            self.assertEqual(sorted([topic, rule]), found())
            self.assertEqual([topic], found(ResourceTypeFilters=["sns"]))
            self.assertEqual([rule], found(ResourceTypeFilters=["events:rule"]))
            self.assertEqual(1, len(found(ResourcesPerPage=1)))


if __name__ == "__main__":
    unittest.main()
