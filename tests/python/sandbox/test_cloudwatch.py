"""CloudWatch in each of the three protocols that its clients speak."""

import datetime
import json
import unittest

from sandbox import SandboxTest, arn, client, members, unique

QUERY = {
    "Id": "m1",
    "MetricStat": {
        "Metric": {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": [{"Name": "FunctionName", "Value": "f"}]},
        "Period": 60,
        "Stat": "Sum",
    },
    "ReturnData": False,
}
STATIC = {"EvaluationPeriods": 3, "Threshold": 0.1, "ComparisonOperator": "GreaterThanThreshold"}
SIMPLE = dict(STATIC, Namespace="AWS/Lambda", MetricName="Errors", Statistic="Sum", Period=60)
MATH = dict(STATIC, Metrics=[QUERY, {"Id": "e1", "Expression": "100 * m1", "Label": "rate", "ReturnData": True}])
SERIES_OF_SCALAR = dict(
    STATIC,
    Metrics=[QUERY, {"Id": "e1", "Expression": "SUM(m1)", "ReturnData": False}, {"Id": "e2", "Expression": "TIME_SERIES(e1)", "ReturnData": True}],
)
INSIGHTS = dict(STATIC, Metrics=[{"Id": "q1", "Expression": "SELECT SUM(Errors) FROM \"AWS/Lambda\"", "Period": 60, "ReturnData": True}])
BAND = {
    "EvaluationPeriods": 3,
    "ComparisonOperator": "LessThanLowerOrGreaterThanUpperThreshold",
    "ThresholdMetricId": "ad1",
    "Metrics": [dict(QUERY, ReturnData=True), {"Id": "ad1", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)", "ReturnData": True}],
}
PROMQL = {
    "EvaluationCriteria": {"PromQLCriteria": {"Query": "up < 1", "PendingPeriod": 60, "RecoveryPeriod": 0}},
    "EvaluationInterval": 60,
}
FULL = dict(
    SIMPLE,
    AlarmDescription="<Grüße> & \"more\"\n",
    ActionsEnabled=False,
    OKActions=[arn("sns", "ok")],
    AlarmActions=[arn("sns", "alarm"), "arn:aws:ssm-incidents::123456789012:responseplan/plan"],
    InsufficientDataActions=[arn("sns", "insufficient")],
    Dimensions=[{"Name": "FunctionName", "Value": "f"}, {"Name": "Resource", "Value": "f:live"}],
    Unit="Count",
    DatapointsToAlarm=2,
    TreatMissingData="notBreaching",
    EvaluationWindow={"WallClockWindow": {"Timezone": "Europe/Berlin"}},
    WarmUpConfiguration={"WarmUpPeriodDurationInMinutes": 5, "OnlyStartEvaluatingAfterWarmUpPeriodEnds": True},
    ActionConfiguration={"AlarmTagsPropagation": {"Enabled": True, "IncludedTagKeys": ["team"]}},
)
PERCENTILE = dict(
    {name: value for name, value in SIMPLE.items() if name != "Statistic"},
    ExtendedStatistic="p99.9",
    EvaluateLowSampleCountPercentile="ignore",
)
LISTS = ("OKActions", "AlarmActions", "InsufficientDataActions")

# What CloudWatch refuses, beside what botocore refuses before it.
REFUSED = {
    "no form": (STATIC, "MetricName must not be null"),
    "two forms": (dict(SIMPLE, Metrics=MATH["Metrics"]), "mutually exclusive"),
    "statistic beside metrics": (dict(MATH, Statistic="Sum"), "Statistic should not be set if list of Metrics is set."),
    "threshold beside PromQL": (dict(PROMQL, Threshold=1.0), "Threshold should not be set"),
    "no period": ({name: value for name, value in SIMPLE.items() if name != "Period"}, "Period must not be null"),
    "both statistics": (dict(SIMPLE, ExtendedStatistic="p90"), "mutually exclusive"),
    "no such percentile": (dict(PERCENTILE, ExtendedStatistic="p101"), "ExtendedStatistic"),
    "odd period": (dict(SIMPLE, Period=7), "Period must be 10, 20, 30 or a multiple of 60"),
    "odd period of a query": (
        dict(STATIC, Metrics=[dict(QUERY, ReturnData=True, MetricStat=dict(QUERY["MetricStat"], Period=90))]),
        "Period must be",
    ),
    "M over N": (dict(SIMPLE, DatapointsToAlarm=4), "DatapointsToAlarm must be less than or equal to EvaluationPeriods"),
    "window over a day": (dict(SIMPLE, Period=300, EvaluationPeriods=289), "86400"),
    "window over a week": (dict(SIMPLE, Period=3600, EvaluationPeriods=169), "604800"),
    "unknown operator": (dict(SIMPLE, ComparisonOperator="Greater"), "Member must satisfy enum value set"),
    "unknown treatment": (dict(SIMPLE, TreatMissingData="never"), "TreatMissingData"),
    "no threshold": ({name: value for name, value in SIMPLE.items() if name != "Threshold"}, "Threshold must be specified"),
    "threshold beside a band": (dict(BAND, Threshold=1.0), "mutually exclusive"),
    "band that is not there": (dict(BAND, ThresholdMetricId="ad2"), "ad2"),
    "static operator with a band": (dict(BAND, ComparisonOperator="GreaterThanThreshold"), "anomaly detection"),
    "nothing returned": (dict(STATIC, Metrics=[QUERY]), "Exactly one element of the metrics list should return data."),
    "two returned": (
        dict(STATIC, Metrics=[dict(QUERY, ReturnData=True), dict(QUERY, Id="m2", ReturnData=True)]),
        "Exactly one element of the metrics list should return data.",
    ),
    "same id twice": (dict(STATIC, Metrics=[QUERY, dict(QUERY, ReturnData=True)]), "not unique"),
    "id in upper case": (dict(STATIC, Metrics=[dict(QUERY, Id="M1", ReturnData=True)]), "Id"),
    "eleven metrics": (
        dict(STATIC, Metrics=[dict(QUERY, Id=f"m{at}", ReturnData=at == 0) for at in range(11)]),
        "at most 10 metrics",
    ),
    "action of another Region": (
        dict(SIMPLE, AlarmActions=[arn("sns", "t", "us-east-1")]),
        "Invalid region us-east-1 specified. Only eu-west-1 is supported.",
    ),
    "action that is no ARN": (dict(SIMPLE, AlarmActions=["topic"]), "Invalid arn syntax: topic"),
    "six actions": (dict(SIMPLE, AlarmActions=[arn("sns", f"t{at}") for at in range(6)]), "length less than or equal to 5"),
    "51 tags": (dict(SIMPLE, Tags=[{"Key": f"k{at}", "Value": ""} for at in range(51)]), "50"),
    "reserved tag": (dict(SIMPLE, Tags=[{"Key": "aws:x", "Value": ""}]), "aws:"),
    "same tag twice": (dict(SIMPLE, Tags=[{"Key": "k", "Value": ""}, {"Key": "k", "Value": ""}]), "Duplicate"),
    "long description": (dict(SIMPLE, AlarmDescription="x" * 1025), "length less than or equal to 1024"),
    "dimension value with other letters": (dict(SIMPLE, Dimensions=[{"Name": "ApiName", "Value": "Café"}]), "only ASCII characters"),
    "dimension name with other letters": (dict(SIMPLE, Dimensions=[{"Name": "É", "Value": "v"}]), "only ASCII characters"),
    "dimension name with a colon": (dict(SIMPLE, Dimensions=[{"Name": ":n", "Value": "v"}]), "colon"),
    "blank dimension value": (dict(SIMPLE, Dimensions=[{"Name": "n", "Value": " "}]), "whitespace"),
    "control character in a dimension": (dict(SIMPLE, Dimensions=[{"Name": "n", "Value": "a\x01"}]), "control characters"),
    "31 dimensions": (dict(SIMPLE, Dimensions=[{"Name": f"n{at}", "Value": "v"} for at in range(31)]), "length less than or equal to 30"),
    "dimension of a query": (
        dict(
            STATIC,
            Metrics=[
                dict(
                    QUERY,
                    ReturnData=True,
                    MetricStat={"Period": 60, "Stat": "Sum", "Metric": {"Namespace": "N", "MetricName": "M", "Dimensions": [{"Name": "n", "Value": "é"}]}},
                )
            ],
        ),
        "only ASCII characters",
    ),
    "namespace with a colon": (dict(SIMPLE, Namespace=":n"), "colon"),
    "unknown low sample treatment": (dict(PERCENTILE, EvaluateLowSampleCountPercentile="never"), "EvaluateLowSampleCountPercentile"),
    "search": (
        dict(STATIC, Metrics=[{"Id": "e1", "Expression": "SEARCH('{N,A}', 'Sum')", "ReturnData": True}]),
        "SEARCH is not supported on Metric Alarms.",
    ),
    "search inside": (
        dict(STATIC, Metrics=[{"Id": "e1", "Expression": "SUM(SEARCH('{N,A}', 'Sum'))", "ReturnData": True}]),
        "SEARCH is not supported on Metric Alarms.",
    ),
    "quota of no usage metric": (
        dict(STATIC, Metrics=[QUERY, {"Id": "e1", "Expression": "100 * m1 / SERVICE_QUOTA(m1)", "ReturnData": True}]),
        "SERVICE_QUOTA",
    ),
    "quota of an expression": (
        dict(STATIC, Metrics=[QUERY, {"Id": "e1", "Expression": "100 * m1 / SERVICE_QUOTA(2 * m1)", "ReturnData": True}]),
        "SERVICE_QUOTA",
    ),
    "no expression": (dict(STATIC, Metrics=[QUERY, {"Id": "e1", "Expression": "m1 +", "ReturnData": True}]), "Error in expression 'e1'"),
    "id that is not there": (dict(STATIC, Metrics=[QUERY, {"Id": "e1", "Expression": "m1 + m2", "ReturnData": True}]), "m2"),
    "scalar": (dict(STATIC, Metrics=[QUERY, {"Id": "e1", "Expression": "SUM(m1)", "ReturnData": True}]), "one time series"),
    "scalar of another expression": (
        dict(STATIC, Metrics=[QUERY, {"Id": "e1", "Expression": "SUM(m1)", "ReturnData": False}, {"Id": "e2", "Expression": "e1 * 2", "ReturnData": True}]),
        "one time series",
    ),
    "array": (dict(STATIC, Metrics=[QUERY, {"Id": "e1", "Expression": "METRICS()", "ReturnData": True}]), "one time series"),
    "two periods": (
        dict(
            STATIC,
            Metrics=[
                QUERY,
                dict(QUERY, Id="m2", MetricStat=dict(QUERY["MetricStat"], Period=300)),
                {"Id": "e1", "Expression": "m1 + m2", "ReturnData": True},
            ],
        ),
        "same period",
    ),
    "control character": (dict(SIMPLE, AlarmName="a\tb"), "control"),
}


class CloudWatch:
    """Run once for each protocol, by the classes below."""

    protocol = None

    def setUp(self):
        self.cloudwatch = client("cloudwatch", self.protocol)
        self.name = unique("alarm")

    def put(self, name=None, **definition):
        self.cloudwatch.put_metric_alarm(AlarmName=name or self.name, **(definition or SIMPLE))

    def alarm(self, name=None):
        found = self.cloudwatch.describe_alarms(AlarmNames=[name or self.name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        return (found["MetricAlarms"] + found["CompositeAlarms"])[0]

    def alarm_arn(self, name=None):
        return arn("cloudwatch", f"alarm:{name or self.name}")

    def test_every_form_comes_back_as_it_was_put(self):
        for definition in (SIMPLE, PERCENTILE, MATH, SERIES_OF_SCALAR, INSIGHTS, BAND, PROMQL, FULL):
            name = unique("alarm")
            with self.subTest(sorted(definition)):
                self.put(name, **definition)
                alarm = self.alarm(name)
                settable = self.cloudwatch.meta.service_model.operation_model("PutMetricAlarm").input_shape.members
                found = {member: value for member, value in alarm.items() if member in settable}
                defaults = {"ActionsEnabled": True, **{member: [] for member in LISTS}, "AlarmName": name}
                if "MetricName" in definition:
                    defaults["Dimensions"] = []
                self.assertEqual({**defaults, **definition}, found)
                self.assertEqual(self.alarm_arn(name), alarm["AlarmArn"])

    def test_refusals(self):
        unchecked = client("cloudwatch", self.protocol, is_checked=False)
        for case, (definition, text) in REFUSED.items():
            with self.subTest(case):
                put = dict({"AlarmName": self.name}, **definition)
                self.refused("ValidationError", unchecked.put_metric_alarm, status=400, text=text, **put)
        self.assertEqual([], self.cloudwatch.describe_alarms(AlarmNames=[self.name])["MetricAlarms"])

    def test_a_new_alarm_is_unchecked_and_an_update_keeps_state_and_tags(self):
        self.put(**SIMPLE, Tags=[{"Key": "team", "Value": "é"}])
        alarm = self.alarm()
        self.assertEqual("INSUFFICIENT_DATA", alarm["StateValue"])
        self.assertEqual("Unchecked: Initial alarm creation", alarm["StateReason"])
        self.cloudwatch.set_alarm_state(AlarmName=self.name, StateValue="ALARM", StateReason="test", StateReasonData="{}")
        self.put(**dict(SIMPLE, Period=300, AlarmDescription="new"), Tags=[{"Key": "team", "Value": "other"}])
        self.put(**dict(SIMPLE, Period=300))
        alarm = self.alarm()
        self.assertEqual(("ALARM", "test", "{}"), (alarm["StateValue"], alarm["StateReason"], alarm["StateReasonData"]))
        self.assertEqual(300, alarm["Period"])
        self.assertNotIn("AlarmDescription", alarm)
        listed = self.cloudwatch.list_tags_for_resource(ResourceARN=self.alarm_arn())["Tags"]
        self.assertEqual({"team": "é"}, self.tags(listed))

    def test_timestamps(self):
        before = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=1)
        self.put()
        alarm = self.alarm()
        for member in ("AlarmConfigurationUpdatedTimestamp", "StateUpdatedTimestamp", "StateTransitionedTimestamp"):
            self.assertLess(before, alarm[member])
            self.assertLess(alarm[member] - before, datetime.timedelta(seconds=60))

    def test_pages(self):
        prefix = unique("page")
        for at in range(55):
            self.put(f"{prefix}-{at:03}")
        first = self.cloudwatch.describe_alarms(AlarmNamePrefix=prefix)
        self.assertEqual(50, len(first["MetricAlarms"]))
        second = self.cloudwatch.describe_alarms(AlarmNamePrefix=prefix, NextToken=first["NextToken"])
        self.assertEqual(5, len(second["MetricAlarms"]))
        self.assertNotIn("NextToken", second)
        self.assertEqual(55, len(self.cloudwatch.describe_alarms(AlarmNamePrefix=prefix, MaxRecords=100)["MetricAlarms"]))
        self.refused("InvalidNextToken", self.cloudwatch.describe_alarms, NextToken="nonsense")

    def test_filters(self):
        prefix = unique("filter")
        self.put(f"{prefix}-a", **dict(SIMPLE, AlarmActions=[arn("sns", prefix)]))
        self.put(f"{prefix}-b")
        self.cloudwatch.set_alarm_state(AlarmName=f"{prefix}-b", StateValue="OK", StateReason="test")
        self.cloudwatch.put_composite_alarm(AlarmName=f"{prefix}-c", AlarmRule=f"ALARM({prefix}-a)")

        def names(**filters):
            found = self.cloudwatch.describe_alarms(**filters)
            return [alarm["AlarmName"].removeprefix(prefix) for alarm in found["MetricAlarms"] + found["CompositeAlarms"]]

        self.assertEqual(["-a", "-b"], names(AlarmNamePrefix=prefix))
        self.assertEqual(["-c"], names(AlarmNamePrefix=prefix, AlarmTypes=["CompositeAlarm"]))
        self.assertEqual(["-a"], names(ActionPrefix=arn("sns", prefix)))
        self.assertEqual(["-b"], names(AlarmNamePrefix=prefix, StateValue="OK"))
        self.assertEqual(["-a"], names(ChildrenOfAlarmName=f"{prefix}-c"))
        self.assertEqual(["-c"], names(ParentsOfAlarmName=f"{prefix}-a"))
        self.refused("ValidationError", self.cloudwatch.describe_alarms, AlarmNames=["a"], AlarmNamePrefix="a")

    def test_deletion(self):
        self.put()
        self.refused("ResourceNotFound", self.cloudwatch.delete_alarms, status=404, AlarmNames=[self.name, unique("none")])
        self.assertEqual(self.name, self.alarm()["AlarmName"])
        self.cloudwatch.delete_alarms(AlarmNames=[self.name])
        self.assertEqual([], self.cloudwatch.describe_alarms(AlarmNames=[self.name])["MetricAlarms"])
        unchecked = client("cloudwatch", self.protocol, is_checked=False)
        names = [f"a{at}" for at in range(101)]
        self.refused("ValidationError", unchecked.delete_alarms, text="less than or equal to 100", AlarmNames=names)

    def test_composites(self):
        self.put()
        rule = f'ALARM("{self.name}") AND NOT OK({self.alarm_arn()})'
        definition = {
            "AlarmName": self.name + "-both",
            "AlarmRule": rule,
            "AlarmDescription": "both",
            "AlarmActions": [arn("sns", "t")],
            "ActionsSuppressor": self.name,
            "ActionsSuppressorWaitPeriod": 60,
            "ActionsSuppressorExtensionPeriod": 30,
        }
        self.cloudwatch.put_composite_alarm(**definition, Tags=[{"Key": "k", "Value": "v"}])
        found = self.alarm(definition["AlarmName"])
        self.assertEqual(definition, {member: found[member] for member in definition})
        listed = self.cloudwatch.list_tags_for_resource(ResourceARN=found["AlarmArn"])["Tags"]
        self.assertEqual({"k": "v"}, self.tags(listed))
        text = f"Cannot delete {self.name} as there are composite alarm(s) depending on it."
        self.refused("ValidationError", self.cloudwatch.delete_alarms, text=text, AlarmNames=[self.name])
        self.cloudwatch.delete_alarms(AlarmNames=[definition["AlarmName"]])
        self.cloudwatch.delete_alarms(AlarmNames=[self.name])

    def test_composites_follow_their_children(self):
        self.put()
        both, outer, circle = (f"{self.name}-{suffix}" for suffix in ("both", "outer", "circle"))
        self.cloudwatch.put_composite_alarm(AlarmName=both, AlarmRule=f"ALARM({self.name})")
        self.cloudwatch.put_composite_alarm(AlarmName=outer, AlarmRule=f"NOT ALARM({self.alarm_arn(both)})")
        self.cloudwatch.put_composite_alarm(AlarmName=circle, AlarmRule="FALSE")
        self.cloudwatch.put_composite_alarm(AlarmName=circle, AlarmRule=f"ALARM({circle}) OR ALARM({self.name})")

        def states():
            return [self.alarm(name)["StateValue"] for name in (both, outer, circle)]

        self.assertEqual(["OK", "ALARM", "OK"], states())
        self.cloudwatch.set_alarm_state(AlarmName=self.name, StateValue="ALARM", StateReason="test")
        self.assertEqual(["ALARM", "OK", "OK"], states())
        found = self.alarm(both)
        self.assertIn(f"{self.alarm_arn()} transitioned to ALARM at ", found["StateReason"])
        self.assertEqual(self.alarm_arn(), json.loads(found["StateReasonData"])["triggeringAlarms"][0]["arn"])
        self.cloudwatch.set_alarm_state(AlarmName=both, StateValue="OK", StateReason="until a child changes")
        self.assertEqual(["OK", "ALARM", "OK"], states())

    def test_composites_that_are_refused(self):
        put = self.cloudwatch.put_composite_alarm
        text = "Could not save the composite alarm as alarms [none] in the alarm rule do not exist"
        self.refused("ValidationError", put, text=text, AlarmName=self.name, AlarmRule="ALARM(none)")
        self.refused("ValidationError", put, text="Error in AlarmRule", AlarmName=self.name, AlarmRule="ALARM(")
        self.put()
        self.refused("ValidationError", put, AlarmName=self.name, AlarmRule="TRUE")
        self.refused("ValidationError", put, AlarmName="c", AlarmRule="TRUE", ActionsSuppressor=self.name)
        for at in range(2):
            put(AlarmName=f"{self.name}-{at}", AlarmRule="FALSE")
        both = [f"{self.name}-0", f"{self.name}-1"]
        self.refused("ValidationError", self.cloudwatch.delete_alarms, AlarmNames=both)

    def test_states_actions_and_history(self):
        self.put()
        self.refused(
            "ResourceNotFound", self.cloudwatch.set_alarm_state, AlarmName="none", StateValue="OK", StateReason="test", status=404
        )
        arguments = {"AlarmName": self.name, "StateValue": "OK", "StateReason": "test", "StateReasonData": "{"}
        self.refused("InvalidFormat", self.cloudwatch.set_alarm_state, **arguments)
        self.cloudwatch.set_alarm_state(AlarmName=self.name, StateValue="ALARM", StateReason="test")
        self.cloudwatch.disable_alarm_actions(AlarmNames=[self.name])
        self.assertFalse(self.alarm()["ActionsEnabled"])
        self.cloudwatch.enable_alarm_actions(AlarmNames=[self.name])
        self.assertTrue(self.alarm()["ActionsEnabled"])
        items = self.cloudwatch.describe_alarm_history(AlarmName=self.name)["AlarmHistoryItems"]
        kinds = ["StateUpdate", "ConfigurationUpdate"]
        self.assertEqual(kinds, [item["HistoryItemType"] for item in items])
        self.assertEqual("Alarm updated from INSUFFICIENT_DATA to ALARM", items[0]["HistorySummary"])
        json.loads(items[0]["HistoryData"])
        oldest = self.cloudwatch.describe_alarm_history(AlarmName=self.name, ScanBy="TimestampAscending", MaxRecords=1)
        self.assertEqual("ConfigurationUpdate", oldest["AlarmHistoryItems"][0]["HistoryItemType"])
        self.assertIn("NextToken", oldest)

    def test_tags(self):
        self.put()
        resource = self.alarm_arn()
        self.cloudwatch.tag_resource(ResourceARN=resource, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
        self.cloudwatch.untag_resource(ResourceARN=resource, TagKeys=["a", "none"])
        self.assertEqual({"b": ""}, self.tags(self.cloudwatch.list_tags_for_resource(ResourceARN=resource)["Tags"]))
        missing = self.alarm_arn(unique("none"))
        listing = self.cloudwatch.list_tags_for_resource
        self.refused("ResourceNotFoundException", listing, status=404, ResourceARN=missing)
        many = [{"Key": f"k{at}", "Value": ""} for at in range(50)]
        self.refused("ValidationError", self.cloudwatch.tag_resource, ResourceARN=resource, Tags=many)

    def test_dashboards(self):
        name = unique("board")
        body = '{ "widgets": [ {"type":"text","properties":{"markdown":"é <&>"}} ],\r\n\t"start": "-PT3H" }'
        put = self.cloudwatch.put_dashboard(DashboardName=name, DashboardBody=body, Tags=[{"Key": "k", "Value": "v"}])
        self.assertEqual([], put.get("DashboardValidationMessages", []))
        found = self.cloudwatch.get_dashboard(DashboardName=name)
        dashboard_arn = f"arn:aws:cloudwatch::123456789012:dashboard/{name}"
        self.assertEqual({"DashboardName": name, "DashboardArn": dashboard_arn, "DashboardBody": body}, members(found))
        self.cloudwatch.put_dashboard(DashboardName=name, DashboardBody=body, Tags=[{"Key": "k", "Value": "w"}])
        self.assertEqual({"k": "v"}, self.tags(self.cloudwatch.list_tags_for_resource(ResourceARN=dashboard_arn)["Tags"]))
        entries = self.cloudwatch.list_dashboards(DashboardNamePrefix=name)["DashboardEntries"]
        self.assertEqual([(name, len(body.encode()))], [(entry["DashboardName"], entry["Size"]) for entry in entries])
        elsewhere = client("cloudwatch", self.protocol, region="us-east-1")
        self.assertEqual(body, elsewhere.get_dashboard(DashboardName=name)["DashboardBody"])
        deletion = self.cloudwatch.delete_dashboards
        self.refused("ResourceNotFound", deletion, status=404, DashboardNames=[unique("none"), name])
        self.refused("ResourceNotFound", self.cloudwatch.get_dashboard, status=404, DashboardName=name)

    def test_dashboards_that_are_refused(self):
        put = self.cloudwatch.put_dashboard
        text = "The field DashboardBody must be a valid JSON object"
        self.refused("InvalidParameterInput", put, status=400, text=text, DashboardName="x", DashboardBody="{")
        self.refused("InvalidParameterInput", put, DashboardName="a b", DashboardBody='{"widgets":[]}')
        answer = self.refused("InvalidParameterInput", put, DashboardName="x", DashboardBody='{"widgets":[{}]}')
        self.assertIn("The dashboard body is invalid, there are", answer["Error"]["Message"])
        messages = answer.get("dashboardValidationMessages") or answer["Error"].get("dashboardValidationMessages")
        if self.protocol != "query":
            self.assertEqual("/widgets/0", messages[0]["DataPath"])

    def test_metrics_that_are_refused(self):
        put = client("cloudwatch", self.protocol, is_checked=False).put_metric_data
        for dimension in ({"Name": "n", "Value": "é"}, {"Name": "é", "Value": "v"}, {"Name": ":n", "Value": "v"}, {"Name": "n", "Value": " "}):
            data = [{"MetricName": "M", "Value": 1.0, "Dimensions": [dimension]}]
            self.refused("InvalidParameterValue", put, status=400, Namespace="N", MetricData=data)
        self.refused("InvalidParameterValue", put, status=400, text="colon", Namespace=":N", MetricData=[{"MetricName": "M", "Value": 1.0}])

    def test_actions_are_in_the_history(self):
        topic = client("sns", region=self.cloudwatch.meta.region_name).create_topic(Name=self.name)["TopicArn"]
        missing = arn("sns", unique("none"))
        self.put(**dict(SIMPLE, AlarmActions=[topic, missing], OKActions=[topic]))
        self.cloudwatch.set_alarm_state(AlarmName=self.name, StateValue="ALARM", StateReason="by hand")
        history = self.cloudwatch.describe_alarm_history(AlarmName=self.name, HistoryItemType="Action")["AlarmHistoryItems"]
        summaries = sorted(item["HistorySummary"] for item in history)
        self.assertEqual([f"Failed to execute action {missing}", f"Successfully executed action {topic}"], summaries)
        self.assertEqual(topic, json.loads(history[-1]["HistoryData"])["notificationResource"])
        self.put(**dict(SIMPLE, AlarmActions=[topic], ActionsEnabled=False))
        self.cloudwatch.set_alarm_state(AlarmName=self.name, StateValue="OK", StateReason="by hand")
        history = self.cloudwatch.describe_alarm_history(AlarmName=self.name, HistoryItemType="Action")["AlarmHistoryItems"]
        self.assertEqual(2, len(history), "disabled actions do not run")

    def test_metrics(self):
        namespace = unique("Sandbox")
        now = datetime.datetime(2026, 11, 20, 12, 0, tzinfo=datetime.timezone.utc)
        dimensions = [{"Name": "F", "Value": "f"}]

        def put(minute, **value):
            datum = {"MetricName": "Errors", "Dimensions": dimensions, "Timestamp": now + datetime.timedelta(minutes=minute)}
            self.cloudwatch.put_metric_data(Namespace=namespace, MetricData=[dict(datum, **value)])

        put(0, Value=2.5)
        put(0, Values=[1.0, 4.0], Counts=[2.0, 1.0])
        put(3, StatisticValues={"SampleCount": 3.0, "Sum": 9.0, "Minimum": 1.0, "Maximum": 5.0})
        metric = {"Namespace": namespace, "MetricName": "Errors", "Dimensions": dimensions}
        self.assertEqual([metric], self.cloudwatch.list_metrics(Namespace=namespace, Dimensions=dimensions)["Metrics"])
        expected = {"Sum": [8.5, 9.0], "SampleCount": [4.0, 3.0], "Maximum": [4.0, 5.0], "Minimum": [1.0, 1.0]}
        for stat, values in expected.items():
            query = {"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}}
            window = {"StartTime": now, "EndTime": now + datetime.timedelta(hours=1), "ScanBy": "TimestampAscending"}
            result = self.cloudwatch.get_metric_data(MetricDataQueries=[query], **window)["MetricDataResults"][0]
            self.assertEqual(values, result["Values"], stat)
            self.assertEqual([now, now + datetime.timedelta(minutes=3)], result["Timestamps"])
            self.assertEqual("Complete", result["StatusCode"])
        # The set of three that minute 3 has tells no percentile.
        query = {"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "p75"}}
        window = {"StartTime": now, "EndTime": now + datetime.timedelta(minutes=4)}
        result = self.cloudwatch.get_metric_data(MetricDataQueries=[query], **window)["MetricDataResults"][0]
        self.assertEqual([2.5], result["Values"])
        one = {"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}, "ReturnData": False}
        math = [{"Id": "e2", "Expression": "e1 * 2"}, {"Id": "e1", "Expression": "FILL(m, 0) + 1", "ReturnData": False}, one]
        window = {"StartTime": now, "EndTime": now + datetime.timedelta(minutes=4)}
        computed = self.cloudwatch.get_metric_data(MetricDataQueries=math, **window)["MetricDataResults"]
        self.assertEqual([("e2", [20.0, 2.0, 2.0, 19.0])], [(result["Id"], result["Values"]) for result in computed])
        for expression in ("m +", "none + 1", "SEARCH('x', 'Sum')"):
            queries = [one, {"Id": "e1", "Expression": expression}]
            self.refused("ValidationError", self.cloudwatch.get_metric_data, MetricDataQueries=queries, **window)
        many = [{"MetricName": "Many", "Value": float(at), "Timestamp": now} for at in range(500)]
        self.cloudwatch.put_metric_data(Namespace=namespace, MetricData=many)
        refused = {"MetricName": "Errors", "Value": 1.0, "Values": [1.0]}
        code = "InvalidParameterCombination"
        self.refused(code, self.cloudwatch.put_metric_data, Namespace=namespace, MetricData=[refused])

    def test_regions_are_apart(self):
        self.put()
        elsewhere = client("cloudwatch", self.protocol, region="us-east-1")
        self.assertEqual([], elsewhere.describe_alarms(AlarmNames=[self.name])["MetricAlarms"])


class CloudWatchJson(CloudWatch, SandboxTest):
    protocol = "json"


class CloudWatchCbor(CloudWatch, SandboxTest):
    protocol = "smithy-rpc-v2-cbor"


class CloudWatchQuery(CloudWatch, SandboxTest):
    protocol = "query"


if __name__ == "__main__":
    unittest.main()
