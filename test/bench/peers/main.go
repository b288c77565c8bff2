// Command peers does with OpenTelemetry Collector contrib's decoders what the functions do, and prints the CPU that it took.
//
//	peers logs FILE...          decompressed lines in memory to OTLP
//	peers metrics SCOUT URL...  GET, gunzip, lines to OTLP, gzip as the Collector's exporter does it, POST to SCOUT
//
// Each line on standard input starts a run; a line of JSON answers it.
package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"syscall"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/encoding"
	metricstreams "github.com/open-telemetry/opentelemetry-collector-contrib/extension/encoding/awscloudwatchmetricstreamsencodingextension"
	awslogs "github.com/open-telemetry/opentelemetry-collector-contrib/extension/encoding/awslogsencodingextension"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// Records of a batch: about 4 MiB of protobuf, as the functions send them.
const batchRecords = 2400

func main() {
	run := metrics
	if os.Args[1] == "logs" {
		run = logs
	}
	once := run(os.Args[2:])
	for input := bufio.NewScanner(os.Stdin); input.Scan(); {
		before := cpuMs()
		records := once()
		fmt.Printf("{\"cpuMs\":%.3f,\"records\":%d}\n", cpuMs()-before, records)
	}
}

// logs returns a function that decodes the lines of the files, which are read first, and marshals each batch.
func logs(paths []string) func() int {
	var objects [][]byte
	for _, path := range paths {
		file, err := os.Open(path)
		check(err)
		objects = append(objects, gunzip(file))
	}
	factory := awslogs.NewFactory()
	config := factory.CreateDefaultConfig().(*awslogs.Config)
	config.Format = "elbaccess"
	decoders := create(factory, config).(encoding.LogsDecoderExtension)
	marshaler := plog.ProtoMarshaler{}
	decode := func(lines []byte) (records int) {
		decoder, err := decoders.NewLogsDecoder(bytes.NewReader(lines), encoding.WithFlushItems(batchRecords), encoding.WithFlushBytes(0))
		check(err)
		for {
			batch, err := decoder.DecodeLogs()
			if errors.Is(err, io.EOF) {
				return records
			}
			check(err)
			_, err = marshaler.MarshalLogs(batch)
			check(err)
			records += batch.LogRecordCount()
		}
	}
	return func() (records int) {
		for _, lines := range objects {
			records += decode(lines)
		}
		return records
	}
}

// metrics returns a function that forwards the objects.
func metrics(args []string) func() int {
	scout, urls := args[0], args[1:]
	factory := metricstreams.NewFactory()
	config := factory.CreateDefaultConfig().(*metricstreams.Config)
	config.Format = "json"
	unmarshaler := create(factory, config).(pmetric.Unmarshaler)
	marshaler := pmetric.ProtoMarshaler{}
	forward := func(url string) int {
		object, err := http.Get(url)
		check(err)
		metrics, err := unmarshaler.UnmarshalMetrics(gunzip(object.Body))
		check(err)
		request, err := marshaler.MarshalMetrics(metrics)
		check(err)
		post(scout, request)
		return metrics.DataPointCount()
	}
	return func() (points int) {
		for _, url := range urls {
			points += forward(url)
		}
		return points
	}
}

func post(url string, content []byte) {
	var body bytes.Buffer
	writer := gzip.NewWriter(&body)
	_, err := writer.Write(content)
	check(err)
	check(writer.Close())
	request, err := http.NewRequest(http.MethodPost, url, &body)
	check(err)
	request.Header.Set("Content-Type", "application/x-protobuf")
	request.Header.Set("Content-Encoding", "gzip")
	response, err := http.DefaultClient.Do(request)
	check(err)
	_, err = io.Copy(io.Discard, response.Body)
	check(err)
	check(response.Body.Close())
	if response.StatusCode != http.StatusOK {
		log.Fatal(response.Status)
	}
}

func create(factory extension.Factory, config component.Config) extension.Extension {
	settings := extension.Settings{
		ID:                component.NewID(factory.Type()),
		TelemetrySettings: componenttest.NewNopTelemetrySettings(),
	}
	created, err := factory.Create(context.Background(), settings, config)
	check(err)
	return created
}

// gunzip reads all of source, and closes it.
func gunzip(source io.ReadCloser) []byte {
	reader, err := gzip.NewReader(source)
	check(err)
	content, err := io.ReadAll(reader)
	check(err)
	check(source.Close())
	return content
}

// cpuMs is the CPU of the process so far, all threads.
func cpuMs() float64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e6
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
