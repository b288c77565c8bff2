"""LocalStack's community edition in host mode, with what a deploy of the stack needs and the edition lacks.

- Functions run as processes of this machine, not in Docker: run_function.mjs and run_function.py.
- CloudFormation speaks the custom-resource protocol: the provider invokes the function that ServiceToken names and waits
  for the PUT to ResponseURL, https://127.0.0.1/<id>, as AWS documents it
  (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html).
- Metric streams, dashboards and saved queries are stand-ins: they exist, have a name, and do nothing.

Not covered: IAM and bucket policies are not enforced; metric streams carry nothing; load balancers do not try the bucket.

Environment: WORK, a folder that may be written, with ca.pem, server.pem, server.key and both.pem (certificate and key);
NODE, the Node.js that runs functions; NODE_PATH, a folder with the AWS SDK for it; LocalStack's own variables.
"""

import copy
import http.server
import json
import os
import select
import ssl
import subprocess
import sys
import threading
import uuid

import localstack.utils.ssl
from localstack.runtime.main import main
from localstack.services.cloudformation import resource_provider
from localstack.services.cloudformation.engine.template_deployer import TemplateDeployer
from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent, ResourceProvider
from localstack.services.lambda_ import runtimes
from localstack.services.lambda_.invocation import runtime_executor
from localstack.services.lambda_.invocation.lambda_models import InvocationResult

HERE = os.path.dirname(os.path.abspath(__file__))
WORK = os.environ["WORK"]
GATEWAY = f"http://{os.environ['GATEWAY_LISTEN']}"
LOGS = os.path.join(WORK, "functions")
CUSTOM_RESOURCE_SECONDS = 300


def in_work(name):
    return os.path.join(WORK, name)


class FunctionProcess(runtime_executor.RuntimeExecutor):
    """One execution environment: a process that takes a line of JSON for each invocation and writes one for each result."""

    process = None
    results = None

    def start(self, env_vars):
        config = self.function_version.config
        root = str(config.code.get_unzipped_code_location())
        read, write = os.pipe()
        env = {name: str(value).replace("/var/task", root) for name, value in env_vars.items()}
        env.update(PATH=os.environ["PATH"], FUNCTION_ROOT=root, RESULT_FD=str(write), SSL_CERT_FILE=in_work("ca.pem"))
        # Lambda's Node.js runtime brings the SDK, which the CDK's own functions load.
        env["NODE_PATH"] = os.environ["NODE_PATH"]
        # The setting of the stack, if there is one, comes first; the protocol of custom resources needs it in any case.
        env.setdefault("NODE_EXTRA_CA_CERTS", in_work("ca.pem"))
        for name in os.environ:
            if name.startswith("AWS_ENDPOINT_URL_"):
                env[name] = os.environ[name]
        is_node = config.runtime.startswith("nodejs")
        command = (
            [os.environ["NODE"], os.path.join(HERE, "run_function.mjs")]
            if is_node
            else [sys.executable, "-u", os.path.join(HERE, "run_function.py")]
        )
        with open(os.path.join(LOGS, f"{self.function_version.id.function_name}.log"), "ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=env, cwd=root, pass_fds=(write,)
            )
        os.close(write)
        self.results = os.fdopen(read, "rb")
        first = self.results.readline()
        if json.loads(first or b"{}").get("ready") is not True:
            raise RuntimeError(f"the function did not start: {first.decode()}")

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def invoke(self, payload):
        request_id = payload["invoke-id"]
        seconds = self.function_version.config.timeout
        request = {"id": request_id, "event": json.loads(payload["payload"] or "{}"), "seconds": seconds}
        self.process.stdin.write(f"{json.dumps(request)}\n".encode())
        self.process.stdin.flush()
        ready, _, _ = select.select([self.results], [], [], seconds)
        if not ready:
            self.process.kill()
            return self.failed(request_id, f"Task timed out after {seconds}.00 seconds")
        line = self.results.readline()
        if not line:
            return self.failed(request_id, "Runtime exited")
        result = json.loads(line)
        return InvocationResult(request_id, json.dumps(result["result"]).encode(), not result["ok"], "")

    @staticmethod
    def failed(request_id, message):
        return InvocationResult(request_id, json.dumps({"errorMessage": message}).encode(), True, "")

    def get_address(self):
        return "127.0.0.1"

    def get_endpoint_from_executor(self):
        return "127.0.0.1"

    def get_runtime_endpoint(self):
        return GATEWAY

    def get_logs(self):
        return ""

    @classmethod
    def prepare_version(cls, function_version):
        if function_version.config.code:
            function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version):
        pass


class Responses:
    """What custom resources reported, by the id in the URL of their response."""

    def __init__(self):
        self.arrived = {}
        self.bodies = {}

    def expect(self, request_id):
        self.arrived[request_id] = threading.Event()

    def wait(self, request_id):
        if not self.arrived[request_id].wait(CUSTOM_RESOURCE_SECONDS):
            return {"Status": "FAILED", "Reason": f"no response within {CUSTOM_RESOURCE_SECONDS} seconds"}
        return self.bodies[request_id]

    def serve(self):
        responses = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_PUT(self):
                body = self.rfile.read(int(self.headers["content-length"] or 0))
                request_id = self.path.strip("/").split("?")[0]
                responses.bodies[request_id] = json.loads(body)
                responses.arrived[request_id].set()
                # A URL that is signed by S3 refuses a content type that it was not signed for.
                self.send_response(400 if self.headers["content-type"] else 200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 443), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(in_work("server.pem"), in_work("server.key"))
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()


RESPONSES = Responses()


def as_texts(value):
    """CloudFormation hands every property to a custom resource as text."""
    if isinstance(value, dict):
        return {name: as_texts(one) for name, one in value.items()}
    if isinstance(value, list):
        return [as_texts(one) for one in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def succeeded(model):
    return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=model)


class CustomResource(ResourceProvider):
    TYPE = "AWS::CloudFormation::CustomResource"
    SCHEMA = {
        "primaryIdentifier": ["/properties/PhysicalResourceId"],
        "properties": {},
        "readOnlyProperties": [],
        "createOnlyProperties": [],
    }

    def create(self, request):
        properties = copy.deepcopy(request.desired_state)
        return self.outcome(self.call(request, "Create", properties), properties)

    def update(self, request):
        old = copy.deepcopy(request.previous_state)
        physical_id = old.pop("PhysicalResourceId")
        properties = copy.deepcopy(request.desired_state)
        properties.pop("PhysicalResourceId", None)
        # AWS asks only when a property changed; LocalStack also when metadata did.
        if as_texts({**old, **properties}) == as_texts(old):
            return succeeded({**old, "PhysicalResourceId": physical_id})
        response = self.call(request, "Update", properties, old, physical_id)
        if response["Status"] == "SUCCESS" and response.get("PhysicalResourceId") not in (None, physical_id):
            self.call(request, "Delete", old, None, physical_id)
        return self.outcome(response, properties, physical_id)

    def delete(self, request):
        properties = copy.deepcopy(request.desired_state or request.previous_state or {})
        physical_id = properties.pop("PhysicalResourceId", None)
        return self.outcome(self.call(request, "Delete", properties, None, physical_id), {})

    @staticmethod
    def call(request, request_type, properties, old_properties=None, physical_id=None):
        request_id = str(uuid.uuid4())
        RESPONSES.expect(request_id)
        event = {
            "RequestType": request_type,
            "ServiceToken": properties["ServiceToken"],
            "ResponseURL": f"https://127.0.0.1/{request_id}?signature=1",
            "StackId": request.stack_id,
            "RequestId": request_id,
            "LogicalResourceId": request.logical_resource_id,
            "ResourceType": request.resource_type,
            "ResourceProperties": as_texts(properties),
            **({"PhysicalResourceId": physical_id} if physical_id else {}),
            **({"OldResourceProperties": as_texts(old_properties)} if old_properties is not None else {}),
        }
        # In a thread of its own rather than as an asynchronous event: after an update of the function LocalStack's former
        # poller may take the event with it, which then comes again only after the function's time-out.
        invoke = threading.Thread(
            target=request.aws_client_factory.lambda_.invoke,
            kwargs={
                "FunctionName": properties["ServiceToken"].split(":")[-1],
                "InvocationType": "RequestResponse",
                "Payload": json.dumps(event).encode(),
            },
            daemon=True,
        )
        invoke.start()
        return RESPONSES.wait(request_id)

    @staticmethod
    def outcome(response, properties, physical_id=None):
        if response["Status"] != "SUCCESS":
            return ProgressEvent(
                status=OperationStatus.FAILED,
                resource_model={},
                message=response.get("Reason"),
                error_code="CustomResourceFailed",
            )
        identity = {"PhysicalResourceId": response.get("PhysicalResourceId") or physical_id}
        return succeeded({**properties, **(response.get("Data") or {}), **identity})


class StandIn(ResourceProvider):
    """A resource that has a name and does nothing."""

    def __init__(self, identifier):
        self.identifier = identifier
        self.SCHEMA = {
            "primaryIdentifier": [f"/properties/{identifier}"],
            "properties": {},
            "readOnlyProperties": [],
            "createOnlyProperties": [],
        }

    def create(self, request):
        model = copy.deepcopy(request.desired_state)
        model.setdefault(self.identifier, f"{request.logical_resource_id}-{uuid.uuid4().hex[:8]}")
        return succeeded(model)

    def update(self, request):
        model = copy.deepcopy(request.desired_state)
        model[self.identifier] = (request.previous_state or {}).get(self.identifier)
        return succeeded(model)

    def delete(self, _request):
        return succeeded({})


STAND_INS = {
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::CloudWatch::MetricStream": "Name",
    "AWS::Logs::QueryDefinition": "QueryDefinitionId",
}

load_built_in = resource_provider.ResourceProviderExecutor.try_load_resource_provider


def load_provider(resource_type):
    if resource_type == CustomResource.TYPE or resource_type.startswith("Custom::"):
        return CustomResource()
    if resource_type in STAND_INS:
        return StandIn(STAND_INS[resource_type])
    provider = load_built_in(resource_type)
    if resource_type == "AWS::KinesisFirehose::DeliveryStream":
        # LocalStack wants a name; AWS makes one.
        create = provider.create

        def create_with_name(request):
            name = f"{request.stack_name}-{request.logical_resource_id}-{uuid.uuid4().hex[:8]}"
            request.desired_state.setdefault("DeliveryStreamName", name[:64])
            return create(request)

        provider.create = create_with_name
    return provider


delete_stack = TemplateDeployer.delete_stack


def delete_present_resources(deployer):
    """LocalStack's template still lists resources that an update removed, and a delete would fail on them."""
    listed = deployer.stack.template_original["Resources"]
    for logical_id in set(listed) - set(deployer.stack.resources):
        del listed[logical_id]
    return delete_stack(deployer)


if __name__ == "__main__":
    os.makedirs(LOGS, exist_ok=True)
    RESPONSES.serve()
    # The list is shared by all who import it: add in place.
    runtimes.ALL_RUNTIMES.append("nodejs24.x")
    runtime_executor.get_runtime_executor = lambda: FunctionProcess
    resource_provider.ResourceProviderExecutor.try_load_resource_provider = staticmethod(load_provider)
    TemplateDeployer.delete_stack = delete_present_resources
    # LocalStack would fetch a certificate otherwise.
    localstack.utils.ssl.create_ssl_cert = lambda serial_number=None: tuple(
        in_work(name) for name in ("both.pem", "server.pem", "server.key")
    )
    main()
