"""SNS topics, subscriptions and publications."""

import json
import unittest

from sandbox import SandboxTest, arn, client, unique

DEFAULT_ACTIONS = [
    "GetTopicAttributes",
    "SetTopicAttributes",
    "AddPermission",
    "RemovePermission",
    "DeleteTopic",
    "Subscribe",
    "ListSubscriptionsByTopic",
    "Publish",
]


class Sns(SandboxTest):
    def setUp(self):
        self.sns = client("sns")
        self.name = unique("topic")
        self.topic = arn("sns", self.name)

    def create(self, **arguments):
        return self.sns.create_topic(Name=self.name, **arguments)["TopicArn"]

    def attributes(self):
        return self.sns.get_topic_attributes(TopicArn=self.topic)["Attributes"]

    def test_creation_is_idempotent(self):
        tags = [{"Key": "k", "Value": "v"}]
        for arguments in ({"Tags": tags, "Attributes": {"DisplayName": "Orders"}}, {"Tags": tags}, {}):
            self.assertEqual(self.topic, self.create(**arguments))
        text = "Topic already exists with different attributes"
        self.refused("InvalidParameter", self.sns.create_topic, text=text, Name=self.name, Attributes={"DisplayName": "Other"})
        text = "Topic already exists with different tags"
        self.refused("InvalidParameter", self.sns.create_topic, text=text, Name=self.name, Tags=[{"Key": "k", "Value": "w"}])
        for name in ("a b", "a.fifo", "", "x" * 257):
            self.refused("InvalidParameter", self.sns.create_topic, status=400, text="Topic Name", Name=name)
        self.sns.create_topic(Name=self.name + ".fifo", Attributes={"FifoTopic": "true"})

    def test_attributes_that_aws_makes(self):
        self.create()
        attributes = self.attributes()
        policy = json.loads(attributes["Policy"])
        statement = policy["Statement"][0]
        self.assertEqual(["SNS:" + action for action in DEFAULT_ACTIONS], statement["Action"])
        self.assertEqual(self.topic, statement["Resource"])
        self.assertEqual({"StringEquals": {"AWS:SourceOwner": "123456789012"}}, statement["Condition"])
        json.loads(attributes["EffectiveDeliveryPolicy"])
        expected = {"TopicArn": self.topic, "Owner": "123456789012", "DisplayName": "", "SubscriptionsPending": "0"}
        self.assertEqual(expected, {name: attributes[name] for name in expected})

    def test_attributes_that_are_set(self):
        self.create()
        policy = '{"Version": "2012-10-17",\n "Statement": []}'
        for name, value in {"Policy": policy, "DisplayName": "<é & \"x\">", "KmsMasterKeyId": "alias/k"}.items():
            self.sns.set_topic_attributes(TopicArn=self.topic, AttributeName=name, AttributeValue=value)
            self.assertEqual(value, self.attributes()[name])
        self.sns.set_topic_attributes(TopicArn=self.topic, AttributeName="Policy", AttributeValue="")
        self.assertIn("__default_policy_ID", self.attributes()["Policy"])
        for name, value in (("Nonsense", "x"), ("Policy", "{"), ("Owner", "x")):
            arguments = {"TopicArn": self.topic, "AttributeName": name, "AttributeValue": value}
            self.refused("InvalidParameter", self.sns.set_topic_attributes, status=400, **arguments)

    def test_deletion(self):
        self.create()
        self.sns.delete_topic(TopicArn=self.topic)
        self.sns.delete_topic(TopicArn=self.topic)
        self.refused("NotFound", self.sns.get_topic_attributes, status=404, TopicArn=self.topic)
        self.refused("InvalidParameter", self.sns.get_topic_attributes, text="at least 6 elements, not 1", TopicArn="x")

    def test_listing(self):
        sns = client("sns", region=unique("test"))
        for at in range(101):
            sns.create_topic(Name=f"t{at:03}")
        first = sns.list_topics()
        self.assertEqual(100, len(first["Topics"]))
        second = sns.list_topics(NextToken=first["NextToken"])
        self.assertEqual(1, len(second["Topics"]))
        self.assertNotIn("NextToken", second)

    def test_subscriptions(self):
        self.create()
        email = {"TopicArn": self.topic, "Protocol": "email", "Endpoint": "team@example.com"}
        for _ in range(2):
            self.assertEqual("pending confirmation", self.sns.subscribe(**email)["SubscriptionArn"])
        listed = self.sns.list_subscriptions_by_topic(TopicArn=self.topic)["Subscriptions"]
        self.assertEqual([{"SubscriptionArn": "PendingConfirmation", "Owner": "123456789012", **email}], listed)
        pending = self.sns.subscribe(**email, ReturnSubscriptionArn=True)["SubscriptionArn"]
        self.assertTrue(pending.startswith(self.topic + ":"))
        self.assertEqual("1", self.attributes()["SubscriptionsPending"])
        confirmed = self.sns.confirm_subscription(TopicArn=self.topic, Token="any")["SubscriptionArn"]
        self.assertEqual(pending, confirmed)
        self.assertEqual(confirmed, self.sns.subscribe(**email)["SubscriptionArn"])
        self.assertEqual(("1", "0"), (self.attributes()["SubscriptionsConfirmed"], self.attributes()["SubscriptionsPending"]))
        self.assertIn(confirmed, [one["SubscriptionArn"] for one in self.sns.list_subscriptions()["Subscriptions"]])
        self.sns.unsubscribe(SubscriptionArn=confirmed)
        self.sns.unsubscribe(SubscriptionArn=confirmed)
        self.assertEqual([], self.sns.list_subscriptions_by_topic(TopicArn=self.topic)["Subscriptions"])
        function = arn("lambda", "function:f")
        subscribed = self.sns.subscribe(TopicArn=self.topic, Protocol="lambda", Endpoint=function)["SubscriptionArn"]
        self.assertTrue(subscribed.startswith(self.topic + ":"))

    def test_subscriptions_that_are_refused(self):
        subscribe = self.sns.subscribe
        self.refused("NotFound", subscribe, status=404, TopicArn=self.topic, Protocol="email", Endpoint="a@b.c")
        self.create()
        text = "does not support this protocol string: pigeon"
        self.refused("InvalidParameter", subscribe, text=text, TopicArn=self.topic, Protocol="pigeon", Endpoint="x")
        self.refused("InvalidParameter", subscribe, text="Email address", TopicArn=self.topic, Protocol="email", Endpoint="x")
        self.refused("InvalidParameter", self.sns.unsubscribe, SubscriptionArn="PendingConfirmation")
        self.refused("InvalidParameter", self.sns.confirm_subscription, TopicArn=self.topic, Token="x")
        self.refused("NotFound", self.sns.list_subscriptions_by_topic, TopicArn=self.topic + "x")

    def test_publication(self):
        self.create()
        attributes = {"kind": {"DataType": "String", "StringValue": "x"}}
        sent = self.sns.publish(TopicArn=self.topic, Subject="s", Message="<&>", MessageAttributes=attributes)
        self.assertRegex(sent["MessageId"], "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$")
        self.refused("NotFound", self.sns.publish, TopicArn=self.topic + "x", Message="m")
        self.refused("InvalidParameter", self.sns.publish, Message="m")

    def test_tags(self):
        self.create(Tags=[{"Key": "a", "Value": "1"}])
        self.sns.tag_resource(ResourceArn=self.topic, Tags=[{"Key": "b", "Value": "2"}])
        self.sns.untag_resource(ResourceArn=self.topic, TagKeys=["a"])
        self.assertEqual({"b": "2"}, self.tags(self.sns.list_tags_for_resource(ResourceArn=self.topic)["Tags"]))
        self.refused("ResourceNotFound", self.sns.list_tags_for_resource, status=404, ResourceArn=self.topic + "x")
        many = [{"Key": f"k{at}", "Value": ""} for at in range(50)]
        self.refused("TagLimitExceeded", self.sns.tag_resource, status=400, ResourceArn=self.topic, Tags=many)


if __name__ == "__main__":
    unittest.main()
