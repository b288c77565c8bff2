"""The usual way to forward ALB logs from a pasted Lambda function, as something to measure against.

Splits each line with shlex, makes dictionaries of it, and writes OTLP as JSON text, a hundred lines a request.
Arguments: a gzip file, how many lines, and the gzip level of the requests (0: not compressed).
Prints the CPU seconds and the lines as JSON.
"""

import gzip
import json
import shlex
import sys
import time
from datetime import datetime, timezone

FIELDS = (
    "type time elb client:port target:port request_processing_time target_processing_time response_processing_time"
    " elb_status_code target_status_code received_bytes sent_bytes request user_agent ssl_cipher ssl_protocol"
    " target_group_arn trace_id domain_name chosen_cert_arn matched_rule_priority request_creation_time"
    " actions_executed redirect_url error_reason target:port_list target_status_code_list classification"
    " classification_reason conn_trace_id transformed_host transformed_uri request_transform_status"
).split()
BATCH = 100


def log_record(line):
    fields = dict(zip(FIELDS, shlex.split(line)))
    moment = datetime.strptime(fields["time"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
    status = int(fields["elb_status_code"]) if fields["elb_status_code"].isdigit() else 0
    return {
        "timeUnixNano": str(int(moment.timestamp() * 1e9)),
        "severityText": "ERROR" if status >= 500 else "WARN" if status >= 400 else "INFO",
        "severityNumber": 17 if status >= 500 else 13 if status >= 400 else 9,
        "body": {"stringValue": json.dumps(fields)},
        "attributes": [{"key": key, "value": {"stringValue": value}} for key, value in fields.items() if value != "-"],
    }


def request(records):
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "alb"}}]}
    scope = {"name": "alb", "version": "1.0"}
    return {"resourceLogs": [{"resource": resource, "scopeLogs": [{"scope": scope, "logRecords": records}]}]}


def main(path, limit, level):
    def send(records):
        body = json.dumps(request(records)).encode()
        return len(gzip.compress(body, level) if level else body)

    begin = time.process_time()
    lines, sent, records = 0, 0, []
    with gzip.open(path, "rt") as log:
        for line in log:
            records.append(log_record(line))
            lines += 1
            if len(records) == BATCH:
                sent += send(records)
                records = []
            if lines == limit:
                break
    if records:
        sent += send(records)
    print(json.dumps({"seconds": time.process_time() - begin, "lines": lines, "bytes": sent}))


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
