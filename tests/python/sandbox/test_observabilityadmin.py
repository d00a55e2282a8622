"""Whether CloudWatch knows the tags of resources: off in a new account."""

from botocore.exceptions import ClientError

from sandbox import SandboxTest, client


class TelemetryTagsTest(SandboxTest):
    def test_resource_tags_for_telemetry_are_switched(self):
        # A Region of its own: other tests share the account.
        admin = client("observabilityadmin", region="eu-north-1")
        with self.assertRaises(ClientError) as raised:
            admin.get_telemetry_enrichment_status()
        self.assertEqual(raised.exception.response["Error"]["Code"], "ResourceNotFoundException")
        admin.start_telemetry_enrichment()
        self.assertEqual(admin.get_telemetry_enrichment_status()["Status"], "Running")
        admin.stop_telemetry_enrichment()
        self.assertEqual(admin.get_telemetry_enrichment_status()["Status"], "Stopped")
