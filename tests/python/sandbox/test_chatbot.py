"""Chat channels: configured in authorised workspaces only, one configuration for each channel, subscribed to their topics."""

import unittest
import urllib.request

from botocore.exceptions import ClientError

from sandbox import ACCOUNT, ENDPOINT, SandboxTest, client, unique

ROLE = f"arn:aws:iam::{ACCOUNT}:role/chat"
WORKSPACE = "T0123ABCD"
TENANT = "0f1e2d3c-1111-2222-3333-444455556666"
TEAM = "0f1e2d3c-7777-8888-9999-aaaabbbbcccc"


def authorise(query):
    request = urllib.request.Request(f"{ENDPOINT}/_sandbox/chats?{query}", method="POST")
    urllib.request.urlopen(request).close()


class ChatTest(SandboxTest):
    def setUp(self):
        self.chatbot = client("chatbot")
        authorise(f"slack={WORKSPACE}")
        authorise(f"teams={TENANT}/{TEAM}")
        self.name = unique("chat")
        self.channel = "C" + "".join(letter for letter in self.name if letter.isalnum())

    def create(self, **more):
        given = {"ConfigurationName": self.name, "SlackTeamId": WORKSPACE, "SlackChannelId": self.channel, "IamRoleArn": ROLE, **more}
        return self.chatbot.create_slack_channel_configuration(**given)["ChannelConfiguration"]

    def found(self, arn):
        listed = self.chatbot.describe_slack_channel_configurations(ChatConfigurationArn=arn)
        return listed["SlackChannelConfigurations"]

    def code(self, call, **given):
        with self.assertRaises(ClientError) as raised:
            call(**given)
        return raised.exception.response["Error"]["Code"]

    def test_a_configuration_is_kept_changed_and_deleted(self):
        made = self.create(Tags=[{"TagKey": "team", "TagValue": "orders"}])
        arn = made["ChatConfigurationArn"]
        self.assertEqual(f"arn:aws:chatbot::{ACCOUNT}:chat-configuration/slack-channel/{self.name}", arn)
        self.assertEqual([{"TagKey": "team", "TagValue": "orders"}], self.found(arn)[0]["Tags"])
        self.chatbot.update_slack_channel_configuration(ChatConfigurationArn=arn, SlackChannelId=self.channel, LoggingLevel="INFO")
        changed = self.found(arn)[0]
        self.assertEqual(("INFO", ROLE), (changed["LoggingLevel"], changed["IamRoleArn"]))
        self.chatbot.delete_slack_channel_configuration(ChatConfigurationArn=arn)
        self.assertEqual([], self.found(arn))
        delete = self.chatbot.delete_slack_channel_configuration
        self.assertEqual("ResourceNotFoundException", self.code(delete, ChatConfigurationArn=arn))

    def test_a_channel_has_one_configuration_and_a_name_one_channel(self):
        self.create()
        self.assertEqual("InvalidRequestException", self.code(self.create, ConfigurationName=unique("chat")))
        self.assertEqual("ConflictException", self.code(self.create, SlackChannelId=self.channel + "x"))

    def test_a_workspace_has_to_be_authorised(self):
        self.assertEqual("InvalidRequestException", self.code(self.create, SlackTeamId="T9"))
        listed = self.chatbot.describe_slack_workspaces()["SlackWorkspaces"]
        self.assertIn(WORKSPACE, [workspace["SlackTeamId"] for workspace in listed])
        teams = self.chatbot.list_microsoft_teams_configured_teams()["ConfiguredTeams"]
        self.assertIn((TENANT, TEAM), [(team["TenantId"], team["TeamId"]) for team in teams])

    def test_a_channel_of_teams_is_a_configuration_too(self):
        made = self.chatbot.create_microsoft_teams_channel_configuration(
            ConfigurationName=self.name, TenantId=TENANT, TeamId=TEAM, ChannelId=f"19%3A{self.channel}%40thread.tacv2", IamRoleArn=ROLE
        )["ChannelConfiguration"]
        listed = self.chatbot.list_microsoft_teams_channel_configurations()["TeamChannelConfigurations"]
        arn = made["ChatConfigurationArn"]
        self.assertIn(arn, [one["ChatConfigurationArn"] for one in listed])
        update = self.chatbot.update_microsoft_teams_channel_configuration
        changed = update(ChatConfigurationArn=arn, ChannelId=made["ChannelId"], SnsTopicArns=[f"arn:aws:sns:eu-west-1:{ACCOUNT}:none"])
        self.assertEqual(1, len(changed["ChannelConfiguration"]["SnsTopicArns"]))
        self.chatbot.delete_microsoft_teams_channel_configuration(ChatConfigurationArn=arn)
        listed = self.chatbot.list_microsoft_teams_channel_configurations()["TeamChannelConfigurations"]
        self.assertNotIn(arn, [one["ChatConfigurationArn"] for one in listed])

    def test_tags_are_added_and_removed(self):
        arn = self.create()["ChatConfigurationArn"]
        self.chatbot.tag_resource(ResourceARN=arn, Tags=[{"TagKey": "a", "TagValue": "1"}, {"TagKey": "b", "TagValue": "2"}])
        self.chatbot.untag_resource(ResourceARN=arn, TagKeys=["a"])
        tags = self.chatbot.list_tags_for_resource(ResourceARN=arn)["Tags"]
        self.assertEqual([{"TagKey": "b", "TagValue": "2"}], tags)

    def test_a_configuration_subscribes_its_topics_while_it_names_them(self):
        sns = client("sns")
        topic = sns.create_topic(Name=unique("topic"))["TopicArn"]
        arn = self.create(SnsTopicArns=[topic])["ChatConfigurationArn"]
        [subscription] = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        self.assertEqual("https", subscription["Protocol"])
        self.assertTrue(subscription["SubscriptionArn"].startswith(topic))
        self.chatbot.update_slack_channel_configuration(ChatConfigurationArn=arn, SlackChannelId=self.channel, SnsTopicArns=[])
        self.assertEqual([], sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"])


if __name__ == "__main__":
    unittest.main()
