"""Runs a Python function as Lambda would: one line of JSON for each invocation on standard input, one for each result on RESULT_FD."""

import importlib
import json
import os
import sys
import time
import traceback


class Context:
    def __init__(self, request):
        self.aws_request_id = request["id"]
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
        self.log_stream_name = self.log_group_name = "-"
        self.end = time.monotonic() + request["seconds"]

    def get_remaining_time_in_millis(self):
        return int((self.end - time.monotonic()) * 1000)


def report(result):
    os.write(int(os.environ["RESULT_FD"]), f"{json.dumps(result)}\n".encode())


def run(handler, request):
    try:
        return {"ok": True, "result": handler(request["event"], Context(request))}
    except Exception as error:
        traceback.print_exc()
        return {"ok": False, "result": {"errorType": type(error).__name__, "errorMessage": str(error)}}


sys.path.insert(0, os.environ["FUNCTION_ROOT"])
module, name = os.environ["_HANDLER"].rsplit(".", 1)
function = getattr(importlib.import_module(module), name)
report({"ready": True})
for line in sys.stdin:
    report(run(function, json.loads(line)))
