# Starts MiniStack. Its events of REST APIs have a version, as only those of HTTP APIs have at AWS: this takes it off.

from ministack.app import main
from ministack.services import apigateway_v1

build_event = apigateway_v1._build_lambda_event_v1


def build_event_without_version(*args, **options):
    event = build_event(*args, **options)
    # Fails once MiniStack does as AWS does.
    del event["version"]
    return event


apigateway_v1._build_lambda_event_v1 = build_event_without_version
main()
