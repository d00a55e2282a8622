"""Validates instances: `{"schemas": {name: schema}, "instances": [[name, instance]]}` on standard input; the errors of each on standard output."""

import json
import sys

from jsonschema import Draft7Validator


def main():
    asked = json.load(sys.stdin)
    for schema in asked["schemas"].values():
        Draft7Validator.check_schema(schema)
    judges = {name: Draft7Validator(schema) for name, schema in asked["schemas"].items()}
    errors = [[f"{error.json_path}: {error.message}" for error in judges[name].iter_errors(instance)] for name, instance in asked["instances"]]
    json.dump(errors, sys.stdout)


if __name__ == "__main__":
    main()
