"""Deploys the template into an emulated AWS and compares the resources with it.

Reads JSON from standard input: template (a path), name (of the stack), parameters,
uploads (each function's bootstrap, by logical id), compare (whether to fill in faults).
The emulator's address is in
AWS_ENDPOINT_URL. Prints JSON: the stack's outputs, physical ids by logical ones,
deviations (what the emulator does otherwise than AWS, as listed in emulator.py) and
faults: what else isn't as the template says, and entries of the list that are needless.
"""
import functools
import io
import json
import os
import sys
import time
import zipfile

import boto3
import yaml

import deployed
from emulator import COMPLETED, OMITTED, REWRITTEN, SETTERS, UNSEEN, complete
from intrinsic import Resolver

ACCOUNT, REGION = "111122223333", "ap-northeast-2"
PACKAGES = "packages"  # the bucket that templates and code are uploaded to


@functools.cache
def aws(service):
    return boto3.client(service, region_name=REGION)


class Template(yaml.SafeLoader):
    """Reads the template's short forms, such as !Ref, as their long ones."""


def long_form(loader, name, node):
    if isinstance(node, yaml.ScalarNode):
        value = node.value.split(".", 1) if name == "GetAtt" else node.value
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {name if name in ("Ref", "Condition") else "Fn::" + name: value}


Template.add_multi_constructor("!", long_form)


def archive(bootstrap):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as z:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        z.writestr(entry, bootstrap)
    return content.getvalue()


def package(template, uploads):
    """Uploads the functions, as sam package does."""
    aws("s3").create_bucket(Bucket=PACKAGES, CreateBucketConfiguration={"LocationConstraint": REGION})
    del template["Globals"]["Function"]["CodeUri"]
    for id, r in template["Resources"].items():
        if r["Type"] == "AWS::Serverless::Function":
            aws("s3").put_object(Bucket=PACKAGES, Key=id, Body=archive(uploads[id]))
            r["Properties"]["CodeUri"] = f"s3://{PACKAGES}/{id}"


class Failed(Exception):
    """The stack could not be created."""


def deploy(template, name, parameters):
    """Creates the stack by a change set, as sam deploy does. The template is so long that it
    has to come from a bucket."""
    cf = aws("cloudformation")
    aws("s3").put_object(Bucket=PACKAGES, Key="template", Body=json.dumps(template))
    try:
        change = cf.create_change_set(
            StackName=name, ChangeSetName="first", ChangeSetType="CREATE", Capabilities=["CAPABILITY_IAM"],
            TemplateURL=f"{os.environ['AWS_ENDPOINT_URL']}/{PACKAGES}/template",
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()])["Id"]
    except cf.exceptions.ClientError as refusal:
        raise Failed(str(refusal))
    done = wait(lambda: cf.describe_change_set(ChangeSetName=change), "Status")
    if done["Status"] != "CREATE_COMPLETE":
        raise Failed(done["StatusReason"])
    cf.execute_change_set(ChangeSetName=change)
    done = wait(lambda: cf.describe_stacks(StackName=name)["Stacks"][0], "StackStatus")
    if done["StackStatus"] != "CREATE_COMPLETE":
        pages = cf.get_paginator("describe_stack_events").paginate(StackName=name)
        failed = [e["ResourceStatusReason"] for p in pages for e in p["StackEvents"] if e["ResourceStatus"] == "CREATE_FAILED"]
        raise Failed("; ".join([done["StackStatus"], *failed]))
    return {o["OutputKey"]: o["OutputValue"] for o in done["Outputs"]}


def wait(ask, status):
    while (now := ask())[status].endswith(("IN_PROGRESS", "PENDING")):
        time.sleep(0.05)
    return now


def without(template, entries):
    """Returns the template without the resources in OMITTED."""
    kept = {id: r for id, r in template["Resources"].items() if not any(e.applies(r) for e in entries)}
    return {**template, "Resources": kept}


def rewrite(value):
    """Returns the template's value with the expressions of REWRITTEN replaced."""
    for before, after, _ in REWRITTEN:
        if value == before:
            return after
    if isinstance(value, dict):
        return {k: rewrite(v) for k, v in value.items()}
    return [rewrite(v) for v in value] if isinstance(value, list) else value


class Stack:
    """A deployed stack, with the template that SAM made for it."""

    def __init__(self, name, parameters):
        cf = aws("cloudformation")
        pages = cf.get_paginator("list_stack_resources").paginate(StackName=name)
        self.ids = {r["LogicalResourceId"]: r["PhysicalResourceId"] for p in pages for r in p["StackResourceSummaries"]}
        body = cf.get_template(StackName=name, TemplateStage="Processed")["TemplateBody"]
        processed = body if isinstance(body, dict) else json.loads(body)
        self.resources = processed["Resources"]
        pseudo = {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": "aws", "AWS::StackName": name, "AWS::URLSuffix": "amazonaws.com"}
        self.resolver = Resolver(processed, parameters, pseudo, self.ids, self.attribute)

    def attribute(self, logical, name):
        """Returns Fn::GetAtt's value, from the forms of ARNs that AWS documents."""
        id, kind = self.ids[logical], self.resources[logical]["Type"]
        arn = f"{REGION}:{ACCOUNT}"
        if (kind, name) == ("AWS::SecretsManager::Secret", "Id"):
            return aws("secretsmanager").describe_secret(SecretId=id)["ARN"]
        return {
            ("AWS::DynamoDB::Table", "Arn"): f"arn:aws:dynamodb:{arn}:table/{id}",
            ("AWS::S3::Bucket", "Arn"): f"arn:aws:s3:::{id}",
            ("AWS::S3::Bucket", "RegionalDomainName"): f"{id}.s3.{REGION}.amazonaws.com",
            ("AWS::Lambda::Function", "Arn"): f"arn:aws:lambda:{arn}:function:{id}",
            ("AWS::Lambda::Version", "Version"): id.rsplit(":")[-1],
            ("AWS::IAM::Role", "Arn"): f"arn:aws:iam::{ACCOUNT}:role/{id}",
            ("AWS::Logs::LogGroup", "Arn"): f"arn:aws:logs:{arn}:log-group:{id}:*",
            ("AWS::KMS::Key", "Arn"): f"arn:aws:kms:{arn}:key/{id}",
            ("AWS::SQS::Queue", "Arn"): f"arn:aws:sqs:{arn}:{id.rsplit('/')[-1]}",
            ("AWS::SQS::Queue", "QueueName"): id.rsplit("/")[-1],
            ("AWS::WAFv2::WebACL", "Arn"): f"arn:aws:wafv2:{arn}:regional/webacl/{id.replace('|', '/')}",
        }[kind, name]

    def properties(self, id):
        """Returns the template's properties of a resource."""
        return self.resolver.resolve(self.resources[id].get("Properties", {}))

    def differences(self, kinds=None):
        """Returns the differences between the resources of these types and the template:
        "type: property", with the ids."""
        found = {}
        for id, r in self.resources.items():
            if "Condition" in r and not self.resolver.condition(r["Condition"]) or kinds and r["Type"] not in kinds:
                continue
            want, kind = self.wanted(id), r["Type"]
            got = self.got(kind, id, want) if id in self.ids else {}
            for name, value in want.items():
                if not agrees(value, got.get(name)):
                    found.setdefault(f"{kind}: {name}", []).append(id)
        return found

    def wanted(self, id):
        """Returns the properties to compare, in the form in which they are read back."""
        properties, kind = self.properties(id), self.resources[id]["Type"]
        if kind == "AWS::StepFunctions::StateMachine":
            definition = json.dumps(properties["Definition"])
            for name, value in properties.pop("DefinitionSubstitutions").items():
                definition = definition.replace("${%s}" % name, value)
            properties["Definition"] = json.loads(definition)
        if kind == "AWS::ApiGateway::RestApi":
            body = properties["Body"]
            body["info"] = {"title": body["info"]["title"]}
            del body["openapi"]
            for methods in body["paths"].values():
                for method in methods.values():
                    del method["responses"]
        return properties

    def got(self, kind, id, want):
        if kind in deployed.BY_ID:
            return deployed.BY_ID[kind](aws, self.ids[id])
        return deployed.BY_PROPERTIES[kind](aws, want)


def agrees(want, got):
    """Reports whether all wanted values are present. Order does not matter; a list of one
    equals its item, and a number its text."""
    if isinstance(want, dict):
        return isinstance(got, dict) and all(agrees(v, got.get(k)) for k, v in want.items())
    if isinstance(want, list) or isinstance(got, list):
        want, got = ([v] if not isinstance(v, list) else v for v in (want, got))
        left = list(got)
        for w in want:
            match = next((g for g in left if agrees(w, g)), None)
            if match is None:
                return False
            left.remove(match)
        return not left
    if isinstance(got, bool) or isinstance(want, bool):
        return str(want).lower() == str(got).lower()
    try:
        return float(want) == float(got)
    except (TypeError, ValueError):
        return want == got


def needless(template, name, parameters):
    """Returns the entries of OMITTED whose resources the emulator can create by now."""
    found = []
    for n, entry in enumerate(OMITTED):
        try:
            deploy(without(template, [e for e in OMITTED if e is not entry]), f"{name}-needless-{n}", parameters)
        except Failed as failure:
            if entry.refusal in str(failure):
                continue
        found.append(f"{entry.what}: made by now")
    return found


def unexpected(kind, known, found):
    """Returns the differences of two sets in sentences."""
    return [f"{what} ({', '.join(found[what])}) differs, which {kind} doesn't list" for what in found if what not in known] + \
        [f"{what} differs no more, which {kind} lists" for what in known if what not in found]


def main():
    asked = json.load(sys.stdin)
    with open(asked["template"]) as f:
        template = rewrite(yaml.load(f, Template))
    name, parameters = asked["name"], asked["parameters"]
    package(template, asked["uploads"])
    outputs = deploy(without(template, OMITTED), name, parameters)
    stack, faults = Stack(name, parameters), []
    if asked["compare"]:
        faults += unexpected("COMPLETED or UNSEEN", COMPLETED | UNSEEN, stack.differences())
    complete(aws, stack)
    if asked["compare"]:
        unseen = {what: why for what, why in UNSEEN.items() if what.split(": ")[0] in SETTERS}
        faults += unexpected("UNSEEN", unseen, stack.differences(SETTERS)) + needless(template, name, parameters)
    json.dump({"outputs": outputs, "ids": stack.ids, "deviations": deviations(), "faults": faults}, sys.stdout)


def deviations():
    return [f"not made: {e.what}" for e in OMITTED] + [f"rewritten: {json.dumps(before)}: {why}" for before, _, why in REWRITTEN] + \
        [f"set by API: {what}: {why}" for what, why in COMPLETED.items()] + [f"not compared: {what}: {why}" for what, why in UNSEEN.items()]


if __name__ == "__main__":
    main()
