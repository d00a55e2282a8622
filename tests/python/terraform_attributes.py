"""Writes `tests/terraform_attributes.txt`: the attributes of the Terraform types in `src/stack/terraform.toml`.

They are read from the bindings of Terraform's AWS provider, the npm package `@cdktf/provider-aws`:

    npm pack @cdktf/provider-aws@21.22.1 && tar xzf cdktf-provider-aws-21.22.1.tgz
    python3 tests/python/terraform_attributes.py package > tests/terraform_attributes.txt

All attributes of a type are listed, and those inside the blocks that `terraform.toml` names; `.*` is any key of a map.
"""

import json
import re
import sys
import tomllib
from pathlib import Path

CLASS = re.compile(r"^class (\w+) ", re.MULTILINE)
ATTRIBUTE = re.compile(r"get(\w+)Attribute\('(\w+)'\)")
BLOCK = re.compile(r"new ([\w.]+)\(this, [\"'](\w+)[\"']")
TYPE = re.compile(r"^(\w+)\.tfResourceType = \"(\w+)\";", re.MULTILINE)


def classes(text):
    """The source of each class by its name."""
    starts = list(CLASS.finditer(text))
    ends = [start.start() for start in starts[1:]] + [len(text)]
    return {start[1]: text[start.start():end] for start, end in zip(starts, ends)}


def members(source):
    """The attributes of a class, with the class of a block."""
    found = {}
    for kind, name in ATTRIBUTE.findall(source):
        found[name] = None
        if kind.endswith("Map"):
            found[f"{name}.*"] = None
    for kind, name in BLOCK.findall(source):
        kind = kind.split(".")[-1]
        if not kind.startswith("String") and not kind.endswith("Map"):
            found[name] = re.sub(r"List$", "OutputReference", kind)
    return found


def paths(all_classes, kind, prefix, blocks):
    for name, block in members(all_classes.get(kind, "")).items():
        path = prefix + name
        yield path
        if path in blocks:
            yield from paths(all_classes, block, path + ".", blocks)


def named(entry):
    """The paths of attributes that an entry of the table names, without positions in lists."""
    values = entry.get("properties", {}).values()
    written = [value if isinstance(value, str) else value["attribute"] for value in values]
    written += entry.get("physical_id", []) + entry.get("names", [])
    return [re.sub(r"\.\d+|\[\]", "", path) for path in written]


def blocks_of(entry):
    """The paths around the attributes that an entry names."""
    parts = [path.split(".") for path in named(entry)]
    return {".".join(path[:end]) for path in parts for end in range(1, len(path))}


def main(package):
    version = json.loads((package / "package.json").read_text())["version"]
    root = Path(__file__).parents[2]
    table = tomllib.loads((root / "src/stack/terraform.toml").read_text())
    print(f"# Attributes of Terraform's AWS provider: @cdktf/provider-aws {version}. tests/python/terraform_attributes.py writes this file,")
    print("# and says how. A type of the table that is not here is not one of the provider.")
    found = {}
    for file in sorted(package.glob("lib/*/index.js")):
        text = file.read_text()
        kind = TYPE.search(text)
        if kind and kind[2] in table and not file.parent.name.startswith("data-"):
            structs = sorted(file.parent.glob("*structs*/*.js"))
            all_classes = classes("\n".join([text, *(struct.read_text() for struct in structs)]))
            found[kind[2]] = sorted(set(paths(all_classes, kind[1], "", blocks_of(table[kind[2]]))))
    for kind, attributes in sorted(found.items()):
        print(kind)
        print(" ", " ".join(attributes))


main(Path(sys.argv[1]))
