#!/usr/bin/env python3
"""Checks that the declared `rust-version` is at least that of every dependency."""

import json
import subprocess
import sys


def version(package):
    return tuple(int(part) for part in (package["rust_version"] or "1.0").split("."))[:2]


command = ["cargo", "metadata", "--format-version", "1", "--all-features"]
metadata = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
packages = {package["id"]: package for package in metadata["packages"]}
nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
library = next(id for id, package in packages.items() if package["name"] == "trace-runtime")

reached, waiting = set(), [library]
while waiting:
    node = waiting.pop()
    if node not in reached:
        reached.add(node)
        waiting += [
            dependency["pkg"]
            for dependency in nodes[node]["deps"]
            # Skip development dependencies and those of other systems.
            if any(kind["kind"] != "dev" and not kind["target"] for kind in dependency["dep_kinds"])
        ]
declared = version(packages[library])
higher = sorted(packages[id]["name"] for id in reached if version(packages[id]) > declared)
if higher:
    sys.exit(f"rust-version is {declared}, but these need a later one: {', '.join(higher)}")
print(f"rust-version {declared[0]}.{declared[1]} holds for {len(reached)} packages")
