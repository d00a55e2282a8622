"""EventBridge rules, targets and buses."""

import unittest

from sandbox import SandboxTest, arn, client, members, unique

NOT_FOUND = "ResourceNotFoundException"
INVALID = "ValidationException"
PATTERN = '{"source": ["aws.xray"]}'


class Events(SandboxTest):
    def setUp(self):
        self.events = client("events")
        self.name = unique("rule")
        self.arn = arn("events", f"rule/{self.name}")

    def put(self, **arguments):
        definition = {"EventPattern": PATTERN, **arguments}
        self.assertEqual(self.arn, self.events.put_rule(Name=self.name, **definition)["RuleArn"])

    def test_a_rule_is_replaced_but_its_tags_are_not(self):
        self.put(Description="d", State="DISABLED", Tags=[{"Key": "a", "Value": "1"}])
        found = members(self.events.describe_rule(Name=self.name))
        expected = {"Name": self.name, "Arn": self.arn, "EventBusName": "default", "EventPattern": PATTERN}
        self.assertEqual({**expected, "State": "DISABLED", "Description": "d"}, found)
        self.put(Tags=[{"Key": "a", "Value": "2"}])
        self.assertEqual({**expected, "State": "ENABLED"}, members(self.events.describe_rule(Name=self.name)))
        listed = self.events.list_tags_for_resource(ResourceARN=self.arn)["Tags"]
        self.assertEqual({"a": "1"}, self.tags(listed))

    def test_refusals(self):
        self.refused(INVALID, self.events.put_rule, text="must be specified", Name=self.name)
        self.refused("InvalidEventPatternException", self.events.put_rule, Name=self.name, EventPattern="{")
        text = f"Rule {self.name} does not exist on EventBus default."
        self.refused(NOT_FOUND, self.events.describe_rule, text=text, Name=self.name)
        self.refused(NOT_FOUND, self.events.list_targets_by_rule, Rule=self.name)
        self.refused(NOT_FOUND, self.events.put_rule, Name=self.name, EventPattern=PATTERN, EventBusName=unique("none"))

    def test_targets(self):
        self.put()
        target = {
            "Id": "topic",
            "Arn": arn("sns", "t"),
            "InputTransformer": {"InputPathsMap": {"a": "$.a"}, "InputTemplate": '"<a>"'},
        }
        answer = self.events.put_targets(Rule=self.name, Targets=[target])
        self.assertEqual({"FailedEntryCount": 0, "FailedEntries": []}, members(answer))
        self.assertEqual([target], self.events.list_targets_by_rule(Rule=self.name)["Targets"])
        self.refused(INVALID, self.events.delete_rule, text="since it has targets", Name=self.name)
        many = [{"Id": f"t{at}", "Arn": arn("sns", "t")} for at in range(5)]
        self.refused("LimitExceededException", self.events.put_targets, Rule=self.name, Targets=many)
        self.events.remove_targets(Rule=self.name, Ids=["topic", "none"])
        self.events.delete_rule(Name=self.name)
        self.events.delete_rule(Name=self.name)

    def test_listing(self):
        self.put()
        found = self.events.list_rules(NamePrefix=self.name)["Rules"]
        self.assertEqual([self.arn], [rule["Arn"] for rule in found])
        self.assertEqual(1, len(self.events.list_rules(Limit=1)["Rules"]))

    def test_buses(self):
        bus = unique("bus")
        made = self.events.create_event_bus(Name=bus, Tags=[{"Key": "a", "Value": "1"}])["EventBusArn"]
        self.refused("ResourceAlreadyExistsException", self.events.create_event_bus, Name=bus)
        names = [found["Name"] for found in self.events.list_event_buses()["EventBuses"]]
        self.assertIn("default", names)
        self.assertIn(bus, names)
        rule = self.events.put_rule(Name=self.name, EventPattern=PATTERN, EventBusName=made)["RuleArn"]
        self.assertEqual(arn("events", f"rule/{bus}/{self.name}"), rule)
        self.assertEqual(bus, self.events.describe_rule(Name=self.name, EventBusName=bus)["EventBusName"])
        self.assertEqual({"a": "1"}, self.tags(self.events.list_tags_for_resource(ResourceARN=made)["Tags"]))

    def test_tags(self):
        self.put()
        self.events.tag_resource(ResourceARN=self.arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
        self.events.untag_resource(ResourceARN=self.arn, TagKeys=["a"])
        self.assertEqual({"b": ""}, self.tags(self.events.list_tags_for_resource(ResourceARN=self.arn)["Tags"]))
        self.refused(NOT_FOUND, self.events.list_tags_for_resource, ResourceARN=self.arn + "x")


if __name__ == "__main__":
    unittest.main()
