"""Writes the values that PyYAML reads in the cases of tests/stack/yaml: the properties of each case, without null.

Run after adding or changing a case:  pip install -r tests/python/requirements.txt && python tests/python/yaml_expected.py
"""

import json
import pathlib

import yaml

FOLDER = pathlib.Path(__file__).parent.parent / "stack" / "yaml"
BEFORE = "Resources:\n  R:\n    Type: AWS::SQS::Queue\n    Properties:\n"

# The functions that the cases use, all with constant arguments.
FUNCTIONS = {
    "Sub": lambda text: text,
    "Join": lambda arguments: arguments[0].join(arguments[1]),
    "Split": lambda arguments: arguments[1].split(arguments[0]),
}


class Loader(yaml.SafeLoader):
    pass


def function(loader, name, node):
    if isinstance(node, yaml.ScalarNode):
        return FUNCTIONS[name](loader.construct_scalar(node))
    return FUNCTIONS[name](loader.construct_sequence(node, deep=True))


Loader.add_multi_constructor("!", function)


def without_null(value):
    if isinstance(value, dict):
        return {str(key): without_null(one) for key, one in value.items() if one is not None}
    return [without_null(one) for one in value] if isinstance(value, list) else value


def expected(fragment):
    return without_null(yaml.load(BEFORE + fragment, Loader)["Resources"]["R"]["Properties"])


def main():
    cases = (FOLDER / "cases.txt").read_text().split("\n=== ")[1:]
    values = {name: expected(fragment) for name, fragment in (case.split("\n", 1) for case in cases)}
    (FOLDER / "expected.json").write_text(json.dumps(values, indent=1) + "\n")


if __name__ == "__main__":
    main()
