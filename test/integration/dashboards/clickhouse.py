"""ClickHouse's HTTP interface on loopback, as far as the Collector's clickhouse exporter and a test need it.

The engine is ClickHouse itself, in this process (PyPI chdb-core). It has no server, so this file is one:

- A request's text is a query, or, for an INSERT in the query string, rows in the Native format.
- Rows go back in the format of `default_format` in the query string, by default Native.
- The exporter's driver asks for the server's version in a newer revision of Native, which puts more bytes around each
  block (https://clickhouse.com/docs/interfaces/formats/Native). Only this one response is written so; it says revision 0,
  after which the driver reads plain Native, as the engine writes it.

Prints its address when it is ready. Usage: clickhouse.py FOLDER
"""

import http.server
import os
import re
import sys
import urllib.parse

from chdb import session

FOLDER = sys.argv[1]
ENGINE = session.Session(os.path.join(FOLDER, "data"))
HELLO = "SELECT displayName(), version(), revision(), timezone()"


def text(value):
    data = value.encode()
    return bytes([len(data)]) + data


def hello():
    version = str(ENGINE.query("SELECT version()", "TabSeparated")).strip()
    columns = (("displayName()", "String", text("chdb")), ("version()", "String", text(version)),
               ("revision()", "UInt32", bytes(4)), ("timezone()", "String", text("UTC")))
    block_info = b"\x01\x00\x02\xff\xff\xff\xff\x00"
    plain_serialization = b"\x00"
    return block_info + bytes([len(columns), 1]) + b"".join(
        text(name) + text(kind) + plain_serialization + data for name, kind, data in columns)


def insert(query, rows):
    into = re.sub(r"(?i)\s+(VALUES|FORMAT\s+Native)\s*$", "", query.strip())
    path = os.path.join(FOLDER, "rows.native")
    with open(path, "wb") as file:
        file.write(rows)
    ENGINE.query(f"{into} SELECT * FROM file('{path}', 'Native')")
    return b""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        parameters = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        body, query = self.body(), parameters.get("query")
        try:
            if query is not None:
                response = insert(query, body)
            elif body.decode() == HELLO:
                response = hello()
            else:
                response = bytes(ENGINE.query(body.decode(), parameters.get("default_format", "Native")).bytes())
            self.send_response(200)
        except Exception as error:
            response = str(error).encode()
            self.send_response(500)
        self.send_header("Content-Length", str(len(response)))
        self.end_headers()
        self.wfile.write(response)

    def body(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers["Content-Length"]))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(f"Listening on http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
