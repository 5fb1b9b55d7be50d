"""Writes the template as sam local runs it on this machine, and its variables.

    containers.py TEMPLATE COMMANDS FOLDER

Of the template only architecture, code (the binaries below COMMANDS) and the emulator's
address change: sam local resolves a reference to a table by its logical id, and takes a
variable from outside only if the template has it. Writes FOLDER/template.yaml and
FOLDER/variables.json, the latter from the environment.
"""
import json
import os
import re
import sys

template, commands, folder = sys.argv[1:]
with open(template) as f:
    lines = f.read()
lines = lines.replace("Architectures: [arm64]", "Architectures: [x86_64]")
lines = lines.replace("        METRICS_NAMESPACE:", '        AWS_ENDPOINT_URL: ""\n        METRICS_NAMESPACE:')
for path, _, names in os.walk(commands):
    for name in names:
        binary = os.path.join(path, name)
        if os.access(binary, os.X_OK):
            words = re.split(r"[/_]", os.path.relpath(binary, commands))
            id = "".join(w.capitalize() for w in words)
            code = os.path.join(folder, id)
            os.makedirs(code, exist_ok=True)
            os.link(binary, os.path.join(code, "bootstrap"))
            lines = lines.replace(f"  {id}:\n    Type: AWS::Serverless::Function\n    Metadata:\n      BuildMethod: makefile\n    Properties:\n",
                                  f"  {id}:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: {code}\n")
with open(os.path.join(folder, "template.yaml"), "w") as f:
    f.write(lines)
names = ["MEMBERS_TABLE", "TOKENS_TABLE", "ACTIVITY_TABLE", "GRANTS_TABLE", "BUCKET", "KEYS_SECRET"]
variables = {name: os.environ[name] for name in names}
variables["AWS_ENDPOINT_URL"] = os.environ["AWS_ENDPOINT_URL"].replace("127.0.0.1", "172.17.0.1")
with open(os.path.join(folder, "variables.json"), "w") as f:
    json.dump({"Parameters": variables}, f)
