"""Writes what AWS's own SAM transform makes of the templates in tests/stack/sam: (logical id, type) of every resource.

Run after adding or changing a template:  pip install aws-sam-translator==1.115.0 && python tests/python/sam_expected.py
A deployment's id ends in a hash of Python 2's text of the whole definition, which no other program can make: it is written as `#`.
"""

import json
import os
import pathlib
import re
from importlib.metadata import version

os.environ["AWS_DEFAULT_REGION"] = "eu-west-1"

from samtranslator.parser.parser import Parser  # noqa: E402
from samtranslator.translator.translator import Translator  # noqa: E402
from samtranslator.yaml_helper import yaml_parse  # noqa: E402

PINNED = "1.115.0"
FOLDER = pathlib.Path(__file__).parent.parent / "stack" / "sam"


def expected(path):
    made = Translator({}, Parser()).translate(yaml_parse(path.read_text()), {})
    pairs = ((re.sub(r"Deployment[0-9a-f]{10}$", "Deployment#", id), resource["Type"]) for id, resource in made["Resources"].items())
    return dict(sorted(pairs))


def main():
    assert version("aws-sam-translator") == PINNED, f"needs aws-sam-translator {PINNED}"
    all_expected = {path.stem: expected(path) for path in sorted(FOLDER.glob("*.yaml"))}
    (FOLDER / "expected.json").write_text(json.dumps(all_expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
