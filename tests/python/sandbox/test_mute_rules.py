"""Alarm mute rules: kept as they were put, refused where CloudWatch would refuse them, and their effect on actions."""

import unittest

from sandbox import REGION, SandboxTest, arn, client, members, unique
from test_alarm_evaluation import ENDPOINT, AlarmTest, clock


def schedule(expression="cron(0 2 ? * SUN)", duration="PT2H", **more):
    return {"Schedule": {"Expression": expression, "Duration": duration, **more}}


class Operations(SandboxTest):
    def setUp(self):
        self.cloudwatch = client("cloudwatch")
        self.name = unique("mute")

    def put(self, rule=None, **more):
        self.cloudwatch.put_alarm_mute_rule(Name=self.name, Rule=rule or schedule(), **more)

    def get(self):
        return members(self.cloudwatch.get_alarm_mute_rule(AlarmMuteRuleName=self.name))

    def test_a_rule_is_kept_as_it_was_put(self):
        self.put(
            schedule(Timezone="Europe/Berlin"),
            Description="backups",
            MuteTargets={"AlarmNames": ["a", "b"]},
            ExpireDate="2099-12-31T23:00:00Z",
            Tags=[{"Key": "team", "Value": "orders"}],
        )
        found = self.get()
        self.assertEqual(arn("cloudwatch", f"alarm-mute-rule:{self.name}"), found["AlarmMuteRuleArn"])
        self.assertEqual(schedule(Timezone="Europe/Berlin"), found["Rule"])
        self.assertEqual({"AlarmNames": ["a", "b"]}, found["MuteTargets"])
        self.assertEqual("2099-12-31T23:00:00+00:00", found["ExpireDate"].isoformat())
        self.assertEqual(("backups", "RECURRING"), (found["Description"], found["MuteType"]))
        tags = self.cloudwatch.list_tags_for_resource(ResourceARN=found["AlarmMuteRuleArn"])["Tags"]
        self.assertEqual({"team": "orders"}, self.tags(tags))

    def test_a_second_put_replaces_all_but_the_tags(self):
        self.put(Description="first", Tags=[{"Key": "a", "Value": "1"}])
        self.put(schedule("at(2099-01-01T00:00)"), Tags=[{"Key": "b", "Value": "2"}])
        found = self.get()
        self.assertNotIn("Description", found)
        self.assertEqual(("ONE_TIME", "SCHEDULED"), (found["MuteType"], found["Status"]))
        tags = self.cloudwatch.list_tags_for_resource(ResourceARN=found["AlarmMuteRuleArn"])["Tags"]
        self.assertEqual({"a": "1"}, self.tags(tags))

    def test_the_status_follows_the_time(self):
        for expression, duration, status in [
            ("at(2020-01-01T00:00)", "PT1H", "EXPIRED"),
            ("at(2099-01-01T00:00)", "PT1H", "SCHEDULED"),
            ("cron(* * * * *)", "PT1H", "ACTIVE"),
        ]:
            self.put(schedule(expression, duration))
            self.assertEqual(status, self.get()["Status"], expression)
        self.put(schedule("cron(* * * * *)"), ExpireDate="2020-01-01T00:00:00Z")
        self.assertEqual("EXPIRED", self.get()["Status"])

    def test_rules_are_listed_by_alarm_and_status_on_pages(self):
        alarm = unique("alarm")
        for key in "abc":
            self.name = f"{alarm}-{key}"
            self.put(MuteTargets={"AlarmNames": [alarm]})
        names = lambda page: [rule["AlarmMuteRuleArn"].rsplit("-", 1)[1] for rule in page["AlarmMuteRuleSummaries"]]
        first = self.cloudwatch.list_alarm_mute_rules(AlarmName=alarm, MaxRecords=2)
        self.assertEqual(["a", "b"], names(first))
        second = self.cloudwatch.list_alarm_mute_rules(AlarmName=alarm, MaxRecords=2, NextToken=first["NextToken"])
        self.assertEqual(["c"], names(second))
        self.assertNotIn("NextToken", second)
        none = self.cloudwatch.list_alarm_mute_rules(AlarmName=alarm, Statuses=["EXPIRED"])
        self.assertEqual([], names(none))

    def test_deleting_a_missing_rule_succeeds(self):
        self.put()
        for _ in range(2):
            self.cloudwatch.delete_alarm_mute_rule(AlarmMuteRuleName=self.name)
        self.refused(
            "ResourceNotFoundException", self.cloudwatch.get_alarm_mute_rule, status=404, AlarmMuteRuleName=self.name
        )

    def test_wrong_rules_are_refused(self):
        for rule in [
            schedule("cron(0 2 ? * SUN *)"),
            schedule("rate(1 hour)"),
            schedule("at(2099-01-01)"),
            schedule(duration="PT30S"),
            schedule(duration="P16D"),
            schedule(duration="2h"),
            schedule(Timezone="Mars/Olympus"),
        ]:
            self.refused("ValidationError", self.cloudwatch.put_alarm_mute_rule, status=400, Name=self.name, Rule=rule)
        targets = {"AlarmNames": [f"a{number}" for number in range(101)]}
        self.refused(
            "ValidationError", self.cloudwatch.put_alarm_mute_rule, Name=self.name, Rule=schedule(), MuteTargets=targets
        )


@unittest.skipUnless(ENDPOINT, "SANDBOX_ALARMS_ENDPOINT is not set")
class Muting(AlarmTest):
    def mute(self, *alarms, minutes=10):
        """From this minute on."""
        self.cloudwatch.put_alarm_mute_rule(
            Name=self.name,
            Rule=schedule(f"at({clock():%Y-%m-%dT%H:%M})", f"PT{minutes}M"),
            MuteTargets={"AlarmNames": list(alarms) or [self.name]},
        )
        self.addCleanup(self.unmute)

    def unmute(self):
        self.cloudwatch.delete_alarm_mute_rule(AlarmMuteRuleName=self.name)

    def set(self, state, name=None):
        self.cloudwatch.set_alarm_state(AlarmName=name or self.name, StateValue=state, StateReason="by hand")

    def quiet_alarm(self):
        """It changes only by hand."""
        topic = self.topic()
        self.put(AlarmActions=[topic], OKActions=[topic], TreatMissingData="ignore")
        return topic

    def subjects(self, *states):
        return [f"{state}: \"{self.name}\" in {REGION}" for state in states]

    def test_actions_wait_for_the_end_of_the_window(self):
        topic = self.quiet_alarm()
        self.mute()
        self.set("ALARM")
        clock("?advance=5m")
        self.assertEqual([], self.told(topic))
        self.assertEqual("ALARM", self.state())
        clock("?advance=10m")
        self.assertEqual(self.subjects("ALARM"), self.told(topic))

    def test_an_alarm_that_is_over_at_the_end_of_the_window_sends_no_alarm(self):
        topic = self.quiet_alarm()
        self.set("OK")
        self.mute()
        self.set("ALARM")
        self.set("OK")
        clock("?advance=15m")
        self.assertEqual(self.subjects("OK", "OK"), self.told(topic))

    def test_deleting_the_rule_runs_the_actions_at_once(self):
        topic = self.quiet_alarm()
        self.mute()
        self.set("ALARM")
        self.assertEqual([], self.told(topic))
        self.unmute()
        self.assertEqual(self.subjects("ALARM"), self.told(topic))

    def test_enabling_the_actions_does_not_unmute(self):
        topic = self.quiet_alarm()
        self.mute()
        self.cloudwatch.enable_alarm_actions(AlarmNames=[self.name])
        self.set("ALARM")
        self.assertEqual([], self.told(topic))

    def test_an_alarm_that_no_rule_names_is_not_muted(self):
        topic = self.quiet_alarm()
        self.mute("another")
        self.set("ALARM")
        self.assertEqual(self.subjects("ALARM"), self.told(topic))

    def test_a_mute_outlasts_the_suppressor_of_a_composite_alarm(self):
        topic, loud = self.topic(), f"{self.name}-loud"
        for key in ("watched", "deploys"):
            self.put(name=f"{self.name}-{key}", metric=self.metric(key), TreatMissingData="ignore")
        self.cloudwatch.put_composite_alarm(
            AlarmName=loud,
            AlarmRule=f"ALARM({self.name}-watched)",
            AlarmActions=[topic],
            ActionsSuppressor=f"{self.name}-deploys",
            ActionsSuppressorWaitPeriod=60,
            ActionsSuppressorExtensionPeriod=60,
        )
        self.mute(loud)
        self.set("ALARM", f"{self.name}-watched")
        clock("?advance=5m")
        self.assertEqual("ALARM", self.state(loud))
        self.assertEqual([], self.told(topic))
        clock("?advance=10m")
        self.assertEqual([f"ALARM: \"{loud}\" in {REGION}"], self.told(topic))


if __name__ == "__main__":
    unittest.main()
