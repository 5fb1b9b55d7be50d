"""Runs the clean-up's state machine, as template.yaml has it, in moto's Step Functions.

The function is a script of answers. Prints a line for each case: how the execution
ended, the lists of each call, and what the queue of failures holds.
"""
import io
import json
import os
import sys
import time
import zipfile

os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="us-east-1")

import boto3
import yaml
from moto import mock_aws
from moto.awslambda_simple.models import LambdaSimpleBackend


class Template(yaml.SafeLoader):
    """Reads a value with one of the template's tags, such as !Ref, as the value alone."""


def tagged(loader, _, node):
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node)
    return loader.construct_mapping(node)


Template.add_multi_constructor("!", tagged)


def machine(path):
    """Returns the definition with pauses of a second, and with a number in the form that moto's grammar requires."""
    with open(path) as f:
        definition = yaml.load(f, Template)["Resources"]["CleanupRuns"]["Properties"]["Definition"]
    definition["States"]["Lists"]["ToleratedFailurePercentage"] = 100.0
    for states in definition["States"], definition["States"]["Lists"]["ItemProcessor"]["States"]:
        for state in states.values():
            for retry in state.get("Retry", []):
                retry["IntervalSeconds"] = 1
    return json.dumps(definition)


def archive():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as z:
        z.writestr("bootstrap", "")
    return content.getvalue()


def execute(definition, answer):
    calls = []

    def invoke(self, function_name, qualifier, body, headers, response_headers):
        asked = json.loads(body or "{}").get("lists", [])
        calls.append(asked)
        left = answer(asked, calls)
        if left is None:
            response_headers["x-amz-function-error"] = "Unhandled"
            return b'{"errorMessage": "out of order", "errorType": "error"}'
        return json.dumps({"left": left, "more": bool(left)}).encode()

    LambdaSimpleBackend.invoke = invoke
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}, "lambda": {"use_docker": False}}):
        role = boto3.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        function = boto3.client("lambda").create_function(
            FunctionName="cleanup", Runtime="provided.al2023", Handler="bootstrap", Role=role, Code={"ZipFile": archive()})
        queue = boto3.client("sqs")
        failures = queue.create_queue(QueueName="failures")["QueueUrl"]
        steps = boto3.client("stepfunctions")
        text = definition.replace("${Function}", function["FunctionArn"]).replace("${Failures}", failures)
        arn = steps.create_state_machine(name="cleanup", definition=text, roleArn=role)["stateMachineArn"]
        execution = steps.start_execution(stateMachineArn=arn, input="{}")["executionArn"]
        while (now := steps.describe_execution(executionArn=execution))["status"] == "RUNNING":
            time.sleep(0.05)
        dead = [json.loads(m["Body"])["lists"] for m in queue.receive_message(QueueUrl=failures, MaxNumberOfMessages=10).get("Messages", [])]
        return now["status"], calls, dead


CASES = {
    "nothing is left": lambda lists, calls: [],
    "two lists have something left": lambda lists, calls: [] if lists else [3, 7],
    "each takes three rounds": lambda lists, calls: (lists if calls.count(lists) < 3 else []) if lists else [3, 7],
    "a list never ends": lambda lists, calls: [3],
    "a list fails": lambda lists, calls: (None if lists == [3] else []) if lists else [3, 7],
    "a list fails once": lambda lists, calls: (None if lists == [3] and calls.count([3]) == 1 else []) if lists else [3, 7],
    "the first run fails": lambda lists, calls: [] if lists else None,
}

if __name__ == "__main__":
    definition = machine(sys.argv[1])
    for name, answer in CASES.items():
        status, calls, dead = execute(definition, answer)
        first = [c for c in calls if not c]
        print(f"{name}: {status}, {len(first)} of all lists, then {sorted(c[0] for c in calls if c)}, failures {dead}")
