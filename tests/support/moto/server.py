"""Starts moto's server, and in it a user who may take every action except those in the arguments.

Prints its address and the user's key, and ends with its standard input.
"""
import json
import os
import sys

os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="ap-northeast-2")

import boto3
from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
url = f"http://{host}:{port}"
iam = boto3.client("iam", endpoint_url=url)
iam.create_user(UserName="reader")
statements = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
if sys.argv[1:]:
    statements.append({"Effect": "Deny", "Action": sys.argv[1:], "Resource": "*"})
iam.put_user_policy(UserName="reader", PolicyName="most", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}))
key = iam.create_access_key(UserName="reader")["AccessKey"]
print(json.dumps({"url": url, "id": key["AccessKeyId"], "secret": key["SecretAccessKey"]}), flush=True)
sys.stdin.read()
server.stop()
