"""What others take to read a template: `translator` parses and transforms it as AWS does, `cfn-lint` parses it with the places of all values.
Prints how many resources there are, and the milliseconds without the imports. Run by run.py."""

import os
import sys
import time
from pathlib import Path

os.environ["AWS_DEFAULT_REGION"] = "eu-west-1"


def translator():
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator
    from samtranslator.yaml_helper import yaml_parse

    return lambda path: Translator({}, Parser()).translate(yaml_parse(Path(path).read_text()), {})


def cfn_lint():
    from cfnlint.decode import decode

    return lambda path: decode(path)[0]


def main() -> None:
    which, path = sys.argv[1:]
    read = {"translator": translator, "cfn-lint": cfn_lint}[which]()
    start = time.perf_counter()
    resources = read(path)["Resources"]
    print(len(resources), f"{(time.perf_counter() - start) * 1000:.3f}")


if __name__ == "__main__":
    main()
