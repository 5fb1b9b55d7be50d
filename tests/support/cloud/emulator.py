"""What ministack does otherwise than AWS, with the reason that it is known to be the
emulator's and not the template's.

Each entry is needed: stack.py deploys without it, or looks at what is deployed, and
fails for one that is not.
"""
from dataclasses import dataclass


@dataclass
class Omitted:
    """Resources that the emulator refuses, by type and perhaps by a property."""
    what: str
    kind: str
    refusal: str
    property: str = ""

    def applies(self, resource):
        return resource["Type"] == self.kind and (not self.property or self.property in resource["Properties"])


OMITTED = [
    Omitted("the budget: its CloudFormation has no such type", "AWS::Budgets::Budget", "AWS::Budgets::Budget"),
    Omitted("what puts WAF before the stage: its CloudFormation has no such type", "AWS::WAFv2::WebACLAssociation", "AWS::WAFv2::WebACLAssociation"),
    Omitted("alarms on other alarms: its CloudFormation has no such type", "AWS::CloudWatch::CompositeAlarm", "AWS::CloudWatch::CompositeAlarm"),
    Omitted("alarms on expressions of metrics: its CloudFormation takes those of one metric", "AWS::CloudWatch::Alarm", "metric math", "Metrics"),
]

# Expressions that the emulator reads differently: before, after, reason.
REWRITTEN = [
    ({"Ref": "Keys"}, {"Fn::GetAtt": ["Keys", "Id"]}, "Ref of a secret is its name there; in AWS it is the ARN, as Id is"),
]

# Properties that the emulator's CloudFormation does not set as the template has them.
# They are set afterwards by the service's own API, from the template.
COMPLETED = {
    "AWS::DynamoDB::Table: TimeToLiveSpecification": "ignored",
    "AWS::DynamoDB::Table: PointInTimeRecoverySpecification": "ignored",
    "AWS::DynamoDB::Table: SSESpecification": "ignored",
    "AWS::S3::Bucket: BucketEncryption": "ignored",
    "AWS::S3::Bucket: LifecycleConfiguration": "ignored",
    "AWS::S3::Bucket: LoggingConfiguration": "ignored",
    "AWS::SNS::Topic: KmsMasterKeyId": "ignored",
    "AWS::ApiGateway::RestApi: Body": "of the OpenAPI document, methods ANY and gateway responses are ignored",
}

# Properties that cannot be compared.
UNSEEN = {
    "AWS::ApiGateway::RestApi: Parameters": "no call tells them; EndpointConfiguration is compared",
    "AWS::ApiGateway::RestApi: EndpointConfiguration": "ignored",
    "AWS::ApiGateway::Stage: AccessLogSetting": "ignored",
    "AWS::KMS::Key: PendingWindowInDays": "no call tells it before the key is deleted",
    "AWS::Lambda::Function: Code": "no call tells where code came from; the functions are run",
    "AWS::SecretsManager::Secret: GenerateSecretString": "no call tells it; the functions read the secret",
    "AWS::WAFv2::WebACL: DefaultAction": "the rules' search strings come back in a form that the SDK can't read",
    "AWS::WAFv2::WebACL: Rules": "as above",
    "AWS::WAFv2::WebACL: VisibilityConfig": "as above",
}


def complete(aws, stack):
    """Sets the properties in COMPLETED."""
    for id, r in stack.resources.items():
        if id in stack.ids and r["Type"] in SETTERS:
            SETTERS[r["Type"]](aws, stack.ids[id], stack.properties(id))


def table(aws, name, p):
    d = aws("dynamodb")
    d.update_time_to_live(TableName=name, TimeToLiveSpecification=p["TimeToLiveSpecification"])
    d.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=p["PointInTimeRecoverySpecification"])
    sse = p["SSESpecification"]
    d.update_table(TableName=name, SSESpecification={"Enabled": sse["SSEEnabled"], "SSEType": sse["SSEType"], "KMSMasterKeyId": sse["KMSMasterKeyId"]})


def bucket(aws, name, p):
    names = {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault"}
    if "BucketEncryption" in p:
        rules = [{names.get(k, k): v for k, v in r.items()} for r in p["BucketEncryption"]["ServerSideEncryptionConfiguration"]]
        aws("s3").put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})
    if "LifecycleConfiguration" in p:
        rules = [lifecycle_rule(r) for r in p["LifecycleConfiguration"]["Rules"]]
        aws("s3").put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})
    if "LoggingConfiguration" in p:
        logging = p["LoggingConfiguration"]
        aws("s3").put_bucket_logging(Bucket=name, BucketLoggingStatus={"LoggingEnabled": {
            "TargetBucket": logging["DestinationBucketName"], "TargetPrefix": "", "TargetObjectKeyFormat": logging["TargetObjectKeyFormat"]}})


def lifecycle_rule(r):
    """Returns the API's form of a value in the template's form."""
    rule = {"ID": r["Id"], "Status": r["Status"], "Filter": {"Prefix": r.get("Prefix", "")}}
    expiration = {}
    if "ExpirationInDays" in r:
        expiration["Days"] = int(r["ExpirationInDays"])
    if "ExpiredObjectDeleteMarker" in r:
        expiration["ExpiredObjectDeleteMarker"] = r["ExpiredObjectDeleteMarker"]
    if expiration:
        rule["Expiration"] = expiration
    for name in "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload":
        if name in r:
            rule[name] = {k: int(v) for k, v in r[name].items()}
    return rule


def topic(aws, arn, p):
    aws("sns").set_topic_attributes(TopicArn=arn, AttributeName="KmsMasterKeyId", AttributeValue=p["KmsMasterKeyId"])


ANY_METHOD = "x-amazon-apigateway-any-method"


def rest_api(aws, id, p):
    g, body = aws("apigateway"), p["Body"]
    resources = {r["path"]: r["id"] for r in g.get_resources(restApiId=id, limit=500)["items"]}
    for path, methods in body["paths"].items():
        if ANY_METHOD in methods:
            integration = methods[ANY_METHOD]["x-amazon-apigateway-integration"]
            where = {"restApiId": id, "resourceId": resources[path], "httpMethod": "ANY"}
            g.put_method(**where, authorizationType="NONE")
            g.put_integration(**where, type="AWS_PROXY", integrationHttpMethod=integration["httpMethod"], uri=integration["uri"])
    for kind, answer in body["x-amazon-apigateway-gateway-responses"].items():
        g.put_gateway_response(restApiId=id, responseType=kind, **answer)
    stage, = (s["stageName"] for s in g.get_stages(restApiId=id)["item"])
    deployment = g.create_deployment(restApiId=id)["id"]
    g.update_stage(restApiId=id, stageName=stage, patchOperations=[{"op": "replace", "path": "/deploymentId", "value": deployment}])


SETTERS = {"AWS::DynamoDB::Table": table, "AWS::S3::Bucket": bucket, "AWS::SNS::Topic": topic, "AWS::ApiGateway::RestApi": rest_api}
