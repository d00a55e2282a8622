"""Clients of a sandbox under test, as strict as botocore's models: every answer is held against the shape it should have.

The sandbox is at SANDBOX_ENDPOINT and serves a copy of `account.json`. Tests leave things behind and so use names of their own.
"""

import json
import os
import unittest
import uuid

import botocore.config
import botocore.session
import botocore.validate
from botocore.exceptions import ClientError

ENDPOINT = os.environ.get("SANDBOX_ENDPOINT", "http://127.0.0.1:4566")
REGION = "eu-west-1"
ACCOUNT = "123456789012"


def client(service, protocol=None, region=REGION, is_checked=True):
    """A client that speaks `protocol`, or what botocore prefers. Unchecked, it sends what botocore itself would refuse."""
    session = botocore.session.Session()
    if protocol:
        speak(session, protocol)
    made = session.create_client(
        service,
        region_name=region,
        endpoint_url=ENDPOINT,
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="secret",
        config=botocore.config.Config(retries={"max_attempts": 0}, parameter_validation=is_checked),
    )
    made.meta.events.register("after-call", hold_against_model)
    made.meta.events.register("before-parse", hold_wire_against_model)
    return made


def speak(session, protocol):
    loader = session.get_component("data_loader")
    load = loader.load_service_model

    def load_speaking(*args, **kwargs):
        model = load(*args, **kwargs)
        if "metadata" in model:
            model["metadata"].update(protocol=protocol, protocols=[protocol])
        return model

    loader.load_service_model = load_speaking


def hold_against_model(http_response, parsed, model, **_):
    """Types, bounds and required members of what botocore read."""
    # botocore has already made a dictionary of a template in JSON.
    if http_response.status_code >= 300 or model.output_shape is None or model.name == "GetTemplate":
        return
    members = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
    report = botocore.validate.ParamValidator().validate(members, model.output_shape)
    # Models bound what clients send; some answers are allowed outside: the priority of the default sampling rule.
    complaints = [line for line in report.generate_report().splitlines() if "SamplingRule.Priority, value: 10000" not in line]
    if complaints:
        raise AssertionError(f"{model.name}: {complaints}")


def hold_wire_against_model(operation_model, response_dict, **_):
    """JSON answers hold nothing that the model does not know, which botocore would pass over."""
    if response_dict["status_code"] >= 300 or "json" not in response_dict["headers"].get("content-type", ""):
        return
    if operation_model.output_shape is None:
        assert not response_dict["body"], f"{operation_model.name} has no output"
    else:
        known(json.loads(response_dict["body"]), operation_model.output_shape, operation_model.name)


def known(value, shape, path):
    if value is None:
        return
    if shape.type_name == "structure":
        names = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for name, item in value.items():
            assert name in names, f"{path}.{name} is not in the model"
            known(item, names[name], f"{path}.{name}")
    elif shape.type_name == "list":
        for item in value:
            known(item, shape.member, path)


def unique(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def arn(service, resource, region=REGION):
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{resource}"


def members(answer):
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


class SandboxTest(unittest.TestCase):
    maxDiff = None

    def refused(self, code, call, status=None, text=None, **arguments):
        """Calls, expects a refusal with this code, and returns the error."""
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        answer = caught.exception.response
        self.assertEqual(code, answer["Error"]["Code"], answer)
        if status is not None:
            self.assertEqual(status, answer["ResponseMetadata"]["HTTPStatusCode"])
        if text is not None:
            self.assertIn(text, answer["Error"]["Message"])
        return answer

    def tags(self, listed):
        return {tag["Key"]: tag["Value"] for tag in listed}
