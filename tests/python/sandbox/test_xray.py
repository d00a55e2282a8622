"""X-Ray groups and sampling rules: observed behaviour of the service beyond its model."""

import datetime
import unittest

from sandbox import SandboxTest, arn, client, unique

RULE = {
    "Priority": 100,
    "FixedRate": 0.1,
    "ReservoirSize": 5,
    "ResourceARN": "*",
    "ServiceName": "orders/prod",
    "ServiceType": "*",
    "Host": "*",
    "HTTPMethod": "*",
    "URLPath": "*",
    "Version": 1,
}
EPOCH = datetime.datetime.fromtimestamp(0, datetime.timezone.utc)
INVALID = "InvalidRequestException"


class XRay(SandboxTest):
    def setUp(self):
        # A Region of its own for each test: groups and rules are few.
        self.region = unique("test")
        self.xray = client("xray", region=self.region)
        self.name = unique("group")

    def arn(self, resource):
        return arn("xray", resource, self.region)

    def group(self, **arguments):
        return self.xray.create_group(GroupName=self.name, **{"FilterExpression": "fault", **arguments})["Group"]

    def rule(self, **members):
        rule = {"RuleName": self.name, **RULE, **members}
        return self.xray.create_sampling_rule(SamplingRule=rule)["SamplingRuleRecord"]["SamplingRule"]


class Groups(XRay):
    def test_a_described_group_equals_the_created_group(self):
        insights = {"InsightsEnabled": True, "NotificationsEnabled": True}
        group = self.group(FilterExpression='service("a") { fault }', InsightsConfiguration=insights)
        self.assertEqual(insights, group["InsightsConfiguration"])
        self.assertEqual('service("a") { fault }', group["FilterExpression"])
        self.assertRegex(group["GroupARN"], f"^{self.arn('group/' + self.name)}/[A-Z2-7]{{52}}$")
        self.assertEqual(group, self.xray.get_group(GroupName=self.name)["Group"])
        self.assertEqual(group, self.xray.get_group(GroupARN=group["GroupARN"])["Group"])

    def test_default_is_listed_first_without_a_filter(self):
        self.group()
        default, group = self.xray.get_groups()["Groups"]
        self.assertEqual(self.name, group["GroupName"])
        self.assertEqual({"InsightsEnabled": False, "NotificationsEnabled": False}, group["InsightsConfiguration"])
        self.assertEqual(("Default", self.arn("group/Default")), (default["GroupName"], default["GroupARN"]))
        self.assertNotIn("FilterExpression", default)
        self.assertEqual(default, self.xray.get_group(GroupName="Default")["Group"])
        self.refused(INVALID, self.xray.get_groups, text="Next Token not supported", NextToken="x")

    def test_creation_is_refused(self):
        create = self.xray.create_group
        for expression in ({}, {"FilterExpression": ""}, {"FilterExpression": "  "}):
            self.refused(INVALID, create, status=400, text="Filter Expression is empty", GroupName=self.name, **expression)
        self.refused(INVALID, create, GroupName="Default", FilterExpression="fault")
        self.refused(INVALID, create, GroupName=self.name, FilterExpression='service("a { fault }')
        unchecked = client("xray", region=self.region, is_checked=False)
        self.refused(INVALID, unchecked.create_group, GroupName="x" * 33, FilterExpression="fault")
        self.group()
        self.refused(INVALID, create, text="already exists", GroupName=self.name, FilterExpression="fault")

    def test_duplicate_tag_keys_are_refused(self):
        twice = [{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}]
        arguments = {"GroupName": self.name, "FilterExpression": "fault", "Tags": twice}
        self.refused(INVALID, self.xray.create_group, status=400, text="Duplicate tag key", **arguments)
        self.refused(INVALID, self.xray.get_group, GroupName=self.name)

    def test_the_26th_group_is_refused(self):
        for at in range(25):
            self.xray.create_group(GroupName=f"g{at}", FilterExpression="fault")
        self.refused(INVALID, self.xray.create_group, text="maximum number of groups", GroupName="g25", FilterExpression="fault")

    def test_selection(self):
        group = self.group()
        for call in (self.xray.get_group, self.xray.delete_group):
            both = {"GroupName": self.name, "GroupARN": group["GroupARN"]}
            self.refused(INVALID, call, text="Provide either GroupName or GroupARN", **both)
            self.refused(INVALID, call, status=400, text="Group not found", GroupName="none")
            self.refused(INVALID, call, status=400, text="Group not found", GroupARN=group["GroupARN"] + "A")
        self.refused(INVALID, self.xray.update_group, text="Group not found", GroupName="none", FilterExpression="fault")

    def test_update(self):
        insights = {"InsightsEnabled": True, "NotificationsEnabled": False}
        made = self.group(InsightsConfiguration=insights)
        text = "Filter Expression is empty"
        self.refused(INVALID, self.xray.update_group, text=text, GroupName=self.name, InsightsConfiguration=insights)
        updated = self.xray.update_group(GroupARN=made["GroupARN"], FilterExpression="error")["Group"]
        self.assertEqual({**made, "FilterExpression": "error"}, updated)
        self.refused(INVALID, self.xray.update_group, GroupName="Default", FilterExpression="fault")

    def test_deletion_and_a_new_arn(self):
        old = self.group(Tags=[{"Key": "k", "Value": "v"}])["GroupARN"]
        self.xray.delete_group(GroupName=self.name)
        self.refused(INVALID, self.xray.delete_group, text="Group not found", GroupName=self.name)
        new = self.group()["GroupARN"]
        self.assertNotEqual(old, new)
        self.refused("ResourceNotFoundException", self.xray.list_tags_for_resource, status=404, ResourceARN=old)
        self.assertEqual([], self.xray.list_tags_for_resource(ResourceARN=new)["Tags"])
        self.refused(INVALID, self.xray.delete_group, GroupName="Default")


class SamplingRules(XRay):
    def test_a_described_rule_equals_the_created_rule(self):
        boost = {"MaxRate": 0.5, "CooldownWindowMinutes": 1}
        rule = self.rule(Attributes={"tier": "gold"}, SamplingRateBoost=boost)
        expected = {**RULE, "RuleName": self.name, "RuleARN": self.arn(f"sampling-rule/{self.name}")}
        self.assertEqual({**expected, "Attributes": {"tier": "gold"}, "SamplingRateBoost": boost}, rule)

    def test_default_comes_last(self):
        self.rule(Priority=9999)
        record, default = self.xray.get_sampling_rules()["SamplingRuleRecords"]
        self.assertEqual(self.name, record["SamplingRule"]["RuleName"])
        self.assertGreater(record["CreatedAt"], EPOCH)
        self.assertEqual((EPOCH, EPOCH), (default["CreatedAt"], default["ModifiedAt"]))
        rule = default["SamplingRule"]
        expected = {"RuleName": "Default", "Priority": 10000, "ReservoirSize": 1, "FixedRate": 0.05}
        self.assertEqual(expected, {member: rule[member] for member in expected})

    def test_creation_is_refused(self):
        unchecked = client("xray", region=self.region, is_checked=False)
        for members in (
            {"Priority": 0},
            {"Priority": 10000},
            {"Version": 2},
            {"FixedRate": 1.5},
            {"ReservoirSize": -1},
            {"RuleName": "x" * 33},
            {"RuleARN": self.arn("sampling-rule/x")},
            {"RuleName": "Default"},
            {"Attributes": {f"a{at}": "x" for at in range(6)}},
            {"Attributes": {"x" * 33: "x"}},
            {"Host": None},
        ):
            with self.subTest(members):
                rule = {name: value for name, value in {"RuleName": self.name, **RULE, **members}.items() if value is not None}
                self.refused(INVALID, unchecked.create_sampling_rule, status=400, SamplingRule=rule)
        boost = {"MaxRate": 0.5, "CooldownWindowMinutes": 0}
        rule = {"RuleName": self.name, **RULE, "SamplingRateBoost": boost}
        self.refused("InternalFailure", self.xray.create_sampling_rule, status=500, SamplingRule=rule)
        self.rule()
        rule = {"RuleName": self.name, **RULE}
        self.refused(INVALID, self.xray.create_sampling_rule, text="already exists", SamplingRule=rule)

    def test_the_26th_rule_is_refused(self):
        for at in range(25):
            self.xray.create_sampling_rule(SamplingRule={"RuleName": f"r{at}", **RULE})
        rule = {"RuleName": "r25", **RULE}
        self.refused("RuleLimitExceededException", self.xray.create_sampling_rule, status=400, SamplingRule=rule)

    def test_an_update_keeps_omitted_members_except_the_boost(self):
        made = self.rule(Attributes={"tier": "gold"}, SamplingRateBoost={"MaxRate": 0.5, "CooldownWindowMinutes": 1})

        def update(**members):
            record = self.xray.update_sampling_rule(SamplingRuleUpdate={"RuleName": self.name, **members})
            return record["SamplingRuleRecord"]["SamplingRule"]

        del made["SamplingRateBoost"]
        self.assertEqual({**made, "FixedRate": 0.2}, update(FixedRate=0.2))
        self.assertEqual({**made, "FixedRate": 0.2, "Attributes": {}}, update(Attributes={}))

    def test_a_refused_update_changes_nothing(self):
        made = self.rule()
        unchecked = client("xray", region=self.region, is_checked=False)
        update = {"RuleName": self.name, "FixedRate": 0.9, "Priority": 10000}
        self.refused(INVALID, unchecked.update_sampling_rule, SamplingRuleUpdate=update)
        both = {"RuleName": self.name, "RuleARN": made["RuleARN"]}
        self.refused(INVALID, self.xray.update_sampling_rule, SamplingRuleUpdate=both)
        self.refused(INVALID, self.xray.update_sampling_rule, text="does not exist", SamplingRuleUpdate={"RuleName": "none"})
        self.assertEqual(made, self.xray.get_sampling_rules()["SamplingRuleRecords"][0]["SamplingRule"])

    def test_the_default_rule_has_few_changeable_members(self):
        update = {"RuleName": "Default", "FixedRate": 0.01, "ReservoirSize": 2}
        record = self.xray.update_sampling_rule(SamplingRuleUpdate=update)["SamplingRuleRecord"]
        self.assertEqual((0.01, 2), (record["SamplingRule"]["FixedRate"], record["SamplingRule"]["ReservoirSize"]))
        self.assertGreater(record["ModifiedAt"], EPOCH)
        refused = {"RuleName": "Default", "Host": "x"}
        self.refused(INVALID, self.xray.update_sampling_rule, text="Only the reservoir size", SamplingRuleUpdate=refused)
        self.refused(INVALID, self.xray.delete_sampling_rule, RuleName="Default")

    def test_deletion_returns_the_record(self):
        rule = self.rule()
        gone = self.xray.delete_sampling_rule(RuleARN=rule["RuleARN"])["SamplingRuleRecord"]
        self.assertEqual(rule, gone["SamplingRule"])
        self.refused(INVALID, self.xray.delete_sampling_rule, text="does not exist", RuleName=self.name)


class Tags(XRay):
    def test_tags_of_groups_and_rules(self):
        group = self.group(Tags=[{"Key": "a", "Value": "1"}])["GroupARN"]
        rule = self.rule()["RuleARN"]
        for resource in (group, rule):
            self.xray.tag_resource(ResourceARN=resource, Tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": ""}])
            self.xray.untag_resource(ResourceARN=resource, TagKeys=["b", "none"])
            listed = self.xray.list_tags_for_resource(ResourceARN=resource, NextToken="ignored")
            self.assertEqual({"a": "2"}, self.tags(listed["Tags"]))
        many = [{"Key": f"k{at}", "Value": ""} for at in range(50)]
        self.refused("TooManyTagsException", self.xray.tag_resource, status=400, ResourceARN=rule, Tags=many)
        missing = self.arn("sampling-rule/none")
        self.refused("ResourceNotFoundException", self.xray.tag_resource, status=404, ResourceARN=missing, Tags=[])


if __name__ == "__main__":
    unittest.main()
