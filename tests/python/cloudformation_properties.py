"""Writes the properties in CloudFormation's resource schemas (those of us-east-1, as cfn-lint ships them): a line of
`TYPE`, `PATH`, `FORM` and `NAMES`, separated by tabs. An item of a list is `[]`, any name `*`.

FORM   text, read (a value that only `Fn::GetAtt` gives), open (a map or a JSON text without a schema) or other
NAMES  yes if the property's name or format says that it names a function, topic, queue, stream, bus or log group, else no
"""

import json
import re
import sysconfig
from pathlib import Path

SCHEMAS = Path(sysconfig.get_path("purelib"), "cfnlint/data/schemas")

ADDRESS = r"(s|Arn|ARN|Name|NAME|Url|URL|Uri|URI|Id|Identifier)*$"
# The last word of a path is the resource.
RESOURCE = re.compile(r"(Stream|Queue|Topic|Function|Lambda|Bus|LogGroup|DLQ|Dlq|Sqs|Sns|Kinesis|Firehose)" + ADDRESS)
# The last word says what is done with the resource.
USE = re.compile(r"^AuthorizerUri$|^NotificationTarget$|Notification\w*A(rn|RN)s?$|LogDestination\w*$|(Target|Destination|EventSource)A(rn|RN)s?$")
# The last word is an address, and a word before it says of what.
WITHIN = re.compile(
    r"DeadLetter|Redrive|OnFailure|OnSuccess|DestinationConfig|Dlq|Logging|LogConfig|LogDestination|LogSetting|Kinesis|Firehose|Lambda"
    r"|S[qQ][sS]|S[nN][sS]|EventBridge|EventBus|Cloud[wW]atchLogs?"
)
ANY_ADDRESS = re.compile(r"(Arn|ARN|Name|Url|URL|Uri|Destination|Group|Address|Target)s?$")
OTHER_ADDRESS = re.compile(r"(Role|Kms|Key|Bucket|Secret|Certificate|Table|Cluster|Prefix|Parameter|Field|Image)\w*$")
FORMATS = ("AWS::Logs::LogGroup", "AWS::SNS::Topic", "AWS::Lambda::Function")


class Schema:
    def __init__(self, document):
        self.document = document
        self.read_only = {pointer.removeprefix("/properties/").replace("/", ".") for pointer in document.get("readOnlyProperties", [])}
        self.properties = {}
        self.members(document, "", ())

    def members(self, schema, path, above):
        schema = self.resolved(schema)
        for part in ("properties", "patternProperties"):
            for name, member in schema.get(part, {}).items():
                word = name if part == "properties" else "*"
                if isinstance(member, dict):
                    self.add(member, f"{path}.{word}".lstrip("."), above)
        for part in ("allOf", "anyOf", "oneOf"):
            for member in schema.get(part, []):
                if isinstance(member, dict):
                    self.members(member, path, above)

    def add(self, schema, path, above):
        reference = schema.get("$ref")
        if reference in above:
            return
        if reference:
            above = (*above, reference)
        schema = self.resolved(schema)
        self.properties.setdefault(path, []).append(schema)
        if isinstance(schema.get("items"), dict):
            items = self.resolved(schema["items"])
            if items.get("properties") or items.get("items") or "$ref" in schema["items"]:
                self.add(schema["items"], f"{path}[]", above)
        self.members(schema, path, above)

    def resolved(self, schema):
        while schema.get("$ref", "").startswith("#/"):
            target = self.document
            for step in schema["$ref"][2:].split("/"):
                target = target.get(step, {})
            schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
        return schema

    def is_text(self, schema):
        if schema.get("properties") or "enum" in schema:
            return False
        items = schema.get("items", {})
        return "string" in types(schema) or isinstance(items, dict) and "string" in types(self.resolved(items))

    def form(self, path, schemas):
        plain = path.replace("[]", "")
        if any(plain == name or plain.startswith(f"{name}.") for name in self.read_only):
            return "read"
        if any("object" in types(schema) and not schema.get("properties") for schema in schemas):
            return "open"
        return "text" if any(self.is_text(schema) for schema in schemas) else "other"


def types(schema):
    written = schema.get("type", [])
    return written if isinstance(written, list) else [written]


def names_a_resource(path, schemas):
    *before, last = path.replace("[]", "").split(".")
    return (
        any(schema.get("format", "").startswith(FORMATS) for schema in schemas)
        or bool(RESOURCE.search(last) or USE.search(last))
        or any(WITHIN.match(word) for word in before) and bool(ANY_ADDRESS.search(last)) and not OTHER_ADDRESS.search(last)
    )


def main():
    types_of_region = json.loads((SCHEMAS / "providers/us-east-1.json").read_text())
    for kind, digest in sorted(types_of_region.items()):
        schema = Schema(json.loads((SCHEMAS / f"resources/{digest}.json").read_text()))
        for path, schemas in schema.properties.items():
            form = schema.form(path, schemas)
            names = form == "text" and names_a_resource(path, schemas)
            print(kind, path, form, "yes" if names else "no", sep="\t")


if __name__ == "__main__":
    main()
