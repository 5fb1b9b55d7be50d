"""Reads deployed resources back and returns them in CloudFormation's form.

READERS has a function for each type: it takes the clients and the physical id and
returns properties, as the service itself answers.
"""
import json

from botocore.exceptions import ClientError


def optional(call, *path, **arguments):
    """Returns the value at a path of a call's answer; None if the service has no such setting."""
    try:
        answer = call(**arguments)
    except ClientError:
        return None
    for name in path:
        answer = answer.get(name) if answer else None
    return answer


def table(aws, id):
    d = aws("dynamodb").describe_table(TableName=id)["Table"]
    ttl = aws("dynamodb").describe_time_to_live(TableName=id)["TimeToLiveDescription"]
    backups = aws("dynamodb").describe_continuous_backups(TableName=id)["ContinuousBackupsDescription"]
    sse = d.get("SSEDescription", {})
    return {
        "BillingMode": d.get("BillingModeSummary", {}).get("BillingMode"),
        "DeletionProtectionEnabled": d["DeletionProtectionEnabled"],
        "AttributeDefinitions": d["AttributeDefinitions"],
        "KeySchema": d["KeySchema"],
        "GlobalSecondaryIndexes": [{k: i[k] for k in ("IndexName", "KeySchema", "Projection")} for i in d.get("GlobalSecondaryIndexes", [])],
        "TimeToLiveSpecification": {"AttributeName": ttl.get("AttributeName"), "Enabled": ttl["TimeToLiveStatus"] == "ENABLED"},
        "PointInTimeRecoverySpecification": {
            "PointInTimeRecoveryEnabled": backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"},
        "SSESpecification": {"SSEEnabled": sse.get("Status") == "ENABLED", "SSEType": sse.get("SSEType"), "KMSMasterKeyId": sse.get("KMSMasterKeyArn")},
    }


def lifecycle_rule(rule):
    """Returns the template's form of a value in the API's form."""
    out = {"Id": rule["ID"], "Status": rule["Status"], "Prefix": rule.get("Filter", {}).get("Prefix") or rule.get("Prefix")}
    out["ExpirationInDays"] = rule.get("Expiration", {}).get("Days")
    out["ExpiredObjectDeleteMarker"] = rule.get("Expiration", {}).get("ExpiredObjectDeleteMarker")
    for name in "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload":
        out[name] = rule.get(name)
    return out


def bucket(aws, id):
    s3 = aws("s3")
    encryption = optional(s3.get_bucket_encryption, "ServerSideEncryptionConfiguration", "Rules", Bucket=id) or []
    cors = optional(s3.get_bucket_cors, "CORSRules", Bucket=id) or []
    rules = optional(s3.get_bucket_lifecycle_configuration, "Rules", Bucket=id) or []
    logging = s3.get_bucket_logging(Bucket=id).get("LoggingEnabled", {})
    return {
        "VersioningConfiguration": {"Status": s3.get_bucket_versioning(Bucket=id).get("Status")},
        "PublicAccessBlockConfiguration": optional(s3.get_public_access_block, "PublicAccessBlockConfiguration", Bucket=id),
        "OwnershipControls": optional(s3.get_bucket_ownership_controls, "OwnershipControls", Bucket=id),
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [
            {"BucketKeyEnabled": r.get("BucketKeyEnabled"), "ServerSideEncryptionByDefault": r["ApplyServerSideEncryptionByDefault"]} for r in encryption]},
        "CorsConfiguration": {"CorsRules": [{("MaxAge" if k == "MaxAgeSeconds" else k): v for k, v in r.items()} for r in cors]},
        "LoggingConfiguration": {"DestinationBucketName": logging.get("TargetBucket"), "TargetObjectKeyFormat": logging.get("TargetObjectKeyFormat")},
        "LifecycleConfiguration": {"Rules": [lifecycle_rule(r) for r in rules]},
    }


def bucket_policy(aws, properties):
    id = properties["Bucket"]
    return {"PolicyDocument": json.loads(aws("s3").get_bucket_policy(Bucket=id)["Policy"]), "Bucket": id}


def role(aws, id):
    iam = aws("iam")
    names = iam.list_role_policies(RoleName=id)["PolicyNames"]
    attached = iam.list_attached_role_policies(RoleName=id)["AttachedPolicies"]
    return {
        "AssumeRolePolicyDocument": iam.get_role(RoleName=id)["Role"]["AssumeRolePolicyDocument"],
        "Policies": [{"PolicyName": n, "PolicyDocument": iam.get_role_policy(RoleName=id, PolicyName=n)["PolicyDocument"]} for n in names],
        "ManagedPolicyArns": [p["PolicyArn"] for p in attached],
    }


def log_group(aws, id):
    g, = (g for g in aws("logs").describe_log_groups(logGroupNamePrefix=id)["logGroups"] if g["logGroupName"] == id)
    return {"LogGroupName": id, "RetentionInDays": g.get("retentionInDays"), "KmsKeyId": g.get("kmsKeyId")}


def alarm(aws, id):
    return aws("cloudwatch").describe_alarms(AlarmNames=[id])["MetricAlarms"][0]


def dashboard(aws, id):
    return {"DashboardBody": aws("cloudwatch").get_dashboard(DashboardName=id)["DashboardBody"]}


def topic(aws, id):
    return {"KmsMasterKeyId": aws("sns").get_topic_attributes(TopicArn=id)["Attributes"].get("KmsMasterKeyId")}


def topic_policy(aws, properties):
    arn, = properties["Topics"]
    return {"Topics": [arn], "PolicyDocument": json.loads(aws("sns").get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"])}


def subscription(aws, properties):
    s, = aws("sns").list_subscriptions_by_topic(TopicArn=properties["TopicArn"])["Subscriptions"]
    return s


def queue(aws, id):
    a = aws("sqs").get_queue_attributes(QueueUrl=id, AttributeNames=["All"])["Attributes"]
    return a


def key(aws, id):
    kms = aws("kms")
    d = kms.describe_key(KeyId=id)["KeyMetadata"]
    return {
        "Description": d["Description"],
        "EnableKeyRotation": kms.get_key_rotation_status(KeyId=id)["KeyRotationEnabled"],
        "KeyPolicy": json.loads(kms.get_key_policy(KeyId=id, PolicyName="default")["Policy"]),
    }


def secret(aws, id):
    """Does not read the secret's text back: the functions read it."""
    d = aws("secretsmanager").describe_secret(SecretId=id)
    return {"Description": d.get("Description"), "KmsKeyId": d.get("KmsKeyId")}


def function(aws, id):
    c = aws("lambda").get_function(FunctionName=id)
    concurrency = c.get("Concurrency", {}).get("ReservedConcurrentExecutions")
    tags = [{"Key": k, "Value": v} for k, v in c.get("Tags", {}).items() if not k.startswith("aws:")]
    return {**c["Configuration"], "ReservedConcurrentExecutions": concurrency, "Tags": tags}


def version(aws, id):
    return {"FunctionName": aws("lambda").get_function_configuration(FunctionName=id)["FunctionName"]}


def alias(aws, properties):
    a = aws("lambda").get_alias(FunctionName=properties["FunctionName"], Name=properties["Name"])
    return {**properties, "FunctionVersion": a["FunctionVersion"]}


def invoke_config(aws, properties):
    names = {k: properties[k] for k in ("FunctionName", "Qualifier")}
    return {**names, **aws("lambda").get_function_event_invoke_config(**names)}


def permission(aws, properties):
    """Returns the statement of a function's policy that has the permission's source, in the form of AWS::Lambda::Permission."""
    function = properties["FunctionName"]
    for s in json.loads(aws("lambda").get_policy(FunctionName=function)["Policy"])["Statement"]:
        source = s.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn")
        if source == properties["SourceArn"]:
            return {"FunctionName": function, "Action": s["Action"], "Principal": s["Principal"].get("Service"), "SourceArn": source}
    return {}


def rest_api(aws, id):
    g = aws("apigateway")
    api = g.get_rest_api(restApiId=id)
    paths, any_method = {}, "x-amazon-apigateway-any-method"
    for r in g.get_resources(restApiId=id, limit=500, embed=["methods"])["items"]:
        methods = {}
        for name in r.get("resourceMethods", {}):
            i = g.get_integration(restApiId=id, resourceId=r["id"], httpMethod=name)
            methods[any_method if name == "ANY" else name.lower()] = {
                "x-amazon-apigateway-integration": {"httpMethod": i.get("httpMethod"), "type": i["type"].lower(), "uri": i["uri"]}}
        if methods:
            paths[r["path"]] = methods
    answers = {r["responseType"]: {k: r.get(k) for k in ("statusCode", "responseParameters", "responseTemplates")}
               for r in g.get_gateway_responses(restApiId=id, limit=100)["items"] if not r.get("defaultResponse")}
    return {
        "Body": {
            "info": {"title": api["name"]}, "paths": paths,
            "x-amazon-apigateway-binary-media-types": [t.replace("~1", "/") for t in api.get("binaryMediaTypes", [])],
            "x-amazon-apigateway-gateway-responses": answers,
        },
        "BinaryMediaTypes": api.get("binaryMediaTypes"),
        "MinimumCompressionSize": api.get("minimumCompressionSize"),
        "EndpointConfiguration": {"Types": api["endpointConfiguration"].get("types", [])},
    }


def deployment(aws, properties):
    deployments = aws("apigateway").get_deployments(restApiId=properties["RestApiId"])["items"]
    return next(({**properties, "Description": d["description"]} for d in deployments if d.get("description") == properties["Description"]), {})


def stage(aws, properties):
    s = aws("apigateway").get_stage(restApiId=properties["RestApiId"], stageName=properties["StageName"])
    settings = [{"ResourcePath": "/" + path.rsplit("/", 1)[0].removeprefix("/"), "HttpMethod": path.rsplit("/", 1)[1], **{k[:1].upper() + k[1:]: v for k, v in m.items()}}
                for path, m in s.get("methodSettings", {}).items()]
    log = {k[:1].upper() + k[1:]: v for k, v in s.get("accessLogSettings", {}).items()}
    return {"RestApiId": properties["RestApiId"], "DeploymentId": s["deploymentId"], "StageName": s["stageName"],
            "Tags": [{"Key": k, "Value": v} for k, v in s.get("tags", {}).items() if not k.startswith("aws:")],
            "TracingEnabled": s.get("tracingEnabled"), "MethodSettings": settings, "AccessLogSetting": log}


def account(aws, _):
    return {"CloudWatchRoleArn": aws("apigateway").get_account().get("cloudwatchRoleArn")}


def schedule(aws, id):
    return aws("scheduler").get_schedule(Name=id)


def machine(aws, id):
    m = aws("stepfunctions").describe_state_machine(stateMachineArn=id)
    return {"StateMachineName": m["name"], "StateMachineType": m["type"], "RoleArn": m["roleArn"], "Definition": json.loads(m["definition"])}


def web_acl(aws, id):
    name, uid = id.split("|")[:2]
    try:
        return {**aws("wafv2").get_web_acl(Name=name, Id=uid, Scope="REGIONAL")["WebACL"], "Scope": "REGIONAL"}
    except ValueError:  # a search string that isn't base64, as the protocol has it
        return {"Scope": "REGIONAL"}


# By physical id, or by the template's properties where that is no name of the service's.
BY_ID = {
    "AWS::DynamoDB::Table": table, "AWS::S3::Bucket": bucket, "AWS::IAM::Role": role,
    "AWS::Logs::LogGroup": log_group, "AWS::CloudWatch::Alarm": alarm, "AWS::CloudWatch::Dashboard": dashboard, "AWS::SNS::Topic": topic,
    "AWS::SQS::Queue": queue, "AWS::KMS::Key": key, "AWS::SecretsManager::Secret": secret, "AWS::Lambda::Function": function,
    "AWS::Lambda::Version": version,
    "AWS::ApiGateway::RestApi": rest_api, "AWS::ApiGateway::Account": account, "AWS::Scheduler::Schedule": schedule,
    "AWS::StepFunctions::StateMachine": machine, "AWS::WAFv2::WebACL": web_acl,
}
BY_PROPERTIES = {
    "AWS::SNS::TopicPolicy": topic_policy, "AWS::SNS::Subscription": subscription, "AWS::Lambda::EventInvokeConfig": invoke_config, "AWS::Lambda::Alias": alias,
    "AWS::Lambda::Permission": permission, "AWS::ApiGateway::Deployment": deployment, "AWS::ApiGateway::Stage": stage, "AWS::S3::BucketPolicy": bucket_policy,
}
