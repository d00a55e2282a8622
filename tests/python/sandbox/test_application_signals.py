"""Service-level objectives of Application Signals: kept as they were made, and refused where the service would refuse them."""

from sandbox import SandboxTest, arn, client, unique


def query(name, stat="Sum", id="m", returns=True):
    metric = {"Namespace": "Shop", "MetricName": name, "Dimensions": [{"Name": "Service", "Value": "checkout"}]}
    return {"Id": id, "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}, "ReturnData": returns}


def requests(**more):
    metric = {"TotalRequestCountMetric": [query("Started")], "MonitoredRequestCountMetric": {"BadCountMetric": [query("Failed")]}}
    return {"RequestBasedSliConfig": {"RequestBasedSliMetricConfig": metric | more}}


def periods():
    return {"SliConfig": {"SliMetricConfig": {"MetricDataQueries": [query("Age", "Maximum")]}, "MetricThreshold": 300.0, "ComparisonOperator": "LessThan"}}


def rolling(days, goal=99.9):
    return {"Interval": {"RollingInterval": {"DurationUnit": "DAY", "Duration": days}}, "AttainmentGoal": goal, "WarningThreshold": 50.0}


class Operations(SandboxTest):
    def setUp(self):
        self.signals = client("application-signals")
        self.name = unique("slo")

    def make(self, indicator=None, **more):
        return self.signals.create_service_level_objective(Name=self.name, **(indicator or requests()), **more)["Slo"]

    def get(self):
        return self.signals.get_service_level_objective(Id=self.name)["Slo"]

    def refused(self, code, **more):
        with self.assertRaises(self.signals.exceptions.ClientError) as refused:
            self.make(**more)
        self.assertEqual(code, refused.exception.response["Error"]["Code"])

    def test_an_objective_of_requests_is_kept_as_it_was_made(self):
        windows = [{"LookBackWindowMinutes": 5}, {"LookBackWindowMinutes": 60}]
        made = self.make(Description="checkout", Goal=rolling(30), BurnRateConfigurations=windows, Tags=[{"Key": "team", "Value": "orders"}])
        found = self.get()
        self.assertEqual(made, found)
        self.assertEqual(arn("application-signals", f"slo/{self.name}"), found["Arn"])
        metric = found["RequestBasedSli"]["RequestBasedSliMetric"]
        self.assertEqual([query("Failed")], metric["MonitoredRequestCountMetric"]["BadCountMetric"])
        self.assertEqual(("RequestBased", rolling(30), windows), (found["EvaluationType"], found["Goal"], found["BurnRateConfigurations"]))
        tags = self.signals.list_tags_for_resource(ResourceArn=found["Arn"])["Tags"]
        self.assertEqual({"team": "orders"}, self.tags(tags))

    def test_an_objective_of_periods_is_found_by_its_arn(self):
        made = self.make(periods(), Goal=rolling(7))
        found = self.signals.get_service_level_objective(Id=made["Arn"])["Slo"]
        self.assertEqual(("PeriodBased", 300.0), (found["EvaluationType"], found["Sli"]["MetricThreshold"]))

    def test_a_goal_has_defaults(self):
        self.assertEqual(rolling(7, 99.0), self.make()["Goal"])

    def test_an_update_keeps_what_it_leaves_out_and_the_type(self):
        self.make(Description="first", Goal=rolling(30))
        self.signals.update_service_level_objective(Id=self.name, Goal=rolling(7))
        found = self.get()
        self.assertEqual(("first", rolling(7)), (found["Description"], found["Goal"]))
        with self.assertRaises(self.signals.exceptions.ValidationException):
            self.signals.update_service_level_objective(Id=self.name, **periods())

    def test_what_the_service_refuses(self):
        self.refused("ValidationException", indicator=requests() | periods())
        self.refused("ValidationException", Goal=rolling(1), BurnRateConfigurations=[{"LookBackWindowMinutes": 1440}])
        self.refused("ValidationException", BurnRateConfigurations=[{"LookBackWindowMinutes": minutes} for minutes in range(1, 12)])
        two = [query("Failed"), query("Rejected", id="n")]
        self.refused("ValidationException", indicator=requests(MonitoredRequestCountMetric={"BadCountMetric": two}))
        self.make()
        self.refused("ConflictException")

    def test_a_deleted_objective_is_gone(self):
        self.make()
        self.signals.delete_service_level_objective(Id=self.name)
        for call in (self.signals.get_service_level_objective, self.signals.delete_service_level_objective):
            with self.assertRaises(self.signals.exceptions.ResourceNotFoundException):
                call(Id=self.name)

    def test_objectives_are_listed_in_pages(self):
        self.make()
        pages = self.signals.get_paginator("list_service_level_objectives").paginate(PaginationConfig={"PageSize": 1})
        self.assertIn(self.name, [slo["Name"] for page in pages for slo in page["SloSummaries"]])

    def test_tags_are_changed_and_found(self):
        found = self.make(Tags=[{"Key": self.name, "Value": "1"}])["Arn"]
        self.signals.tag_resource(ResourceArn=found, Tags=[{"Key": "b", "Value": "2"}])
        self.assertEqual({self.name: "1", "b": "2"}, self.tags(self.signals.list_tags_for_resource(ResourceArn=found)["Tags"]))
        listed = client("resourcegroupstaggingapi").get_resources(TagFilters=[{"Key": self.name}])["ResourceTagMappingList"]
        self.assertEqual([found], [resource["ResourceARN"] for resource in listed])
        self.signals.untag_resource(ResourceArn=found, TagKeys=["b"])
        self.assertEqual({self.name: "1"}, self.tags(self.signals.list_tags_for_resource(ResourceArn=found)["Tags"]))
