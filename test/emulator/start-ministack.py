# Starts MiniStack, with five changes that make it do as AWS does. Each change fails once MiniStack does it by itself.

import json
import re

from ministack.app import main
from ministack.core import iam_actions, iam_evaluator
from ministack.services import apigateway_v1

build_event = apigateway_v1._build_lambda_event_v1
dynamodb_context = iam_actions.dynamodb_service_context
request_context = iam_actions.request_tag_context
condition_key = iam_evaluator._resolve_condition_key


def build_event_as_aws(*args, **options):
    event = build_event(*args, **options)
    # Only events of HTTP APIs have a version.
    del event["version"]
    # Events have the id of the API key, if the method requires one.
    identity = event["requestContext"]["identity"]
    assert "apiKeyId" not in identity
    value = next((value for name, value in event["headers"].items() if name.lower() == "x-api-key"), None)
    key = apigateway_v1._resolve_api_key(value)
    if key:
        identity["apiKeyId"] = key["id"]
    return event


def dynamodb_context_as_aws(body):
    """Adds the attributes of writes and conditions to `dynamodb:Attributes`, and adds `dynamodb:ReturnValues`."""
    context = dynamodb_context(body)
    request = json.loads(body or b"{}")
    assert "dynamodb:ReturnValues" not in context
    if "ReturnValues" in request:
        context["dynamodb:ReturnValues"] = request["ReturnValues"]
    if "UpdateExpression" in request or "Item" in request:
        assert "dynamodb:Attributes" not in context
    names = request.get("ExpressionAttributeNames", {})
    written = [*request.get("Key", {}), *request.get("Item", {})]
    for expression in ("UpdateExpression", "ConditionExpression"):
        # The functions name every attribute by a placeholder.
        written += [names[name] for name in re.findall(r"#\w+", request.get(expression, ""))]
    if written:
        context["dynamodb:Attributes"] = sorted({*context.get("dynamodb:Attributes", []), *written})
    return context


def request_context_as_aws(service, iam_action, body, *args):
    """Adds the sources and types of the events of PutEvents. AWS checks each event by itself."""
    context = request_context(service, iam_action, body, *args)
    if iam_action == "events:PutEvents":
        entries = json.loads(body or b"{}").get("Entries", [])
        for key, name in (("events:source", "Source"), ("events:detail-type", "DetailType")):
            assert key not in context
            context = {**context, key: sorted({entry.get(name, "") for entry in entries})}
    return context


def condition_key_with_tls(key, context):
    """Requests to AWS use TLS, which MiniStack lacks here. The queue's policy denies others."""
    value = condition_key(key, context)
    if key.lower() != "aws:securetransport":
        return value
    assert value == "false"
    return "true"


iam_evaluator._resolve_condition_key = condition_key_with_tls
iam_actions.request_tag_context = request_context_as_aws
apigateway_v1._build_lambda_event_v1 = build_event_as_aws
iam_actions.dynamodb_service_context = dynamodb_context_as_aws
main()
