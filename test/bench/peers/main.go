// Command peers does with OpenTelemetry Collector contrib's decoders what the functions do, and prints the CPU that it took.
//
//	peers logs FILE...     decompressed lines in memory to OTLP
//	peers metrics FILE...  gunzip, lines to OTLP, gzip as the Collector's exporter does it
//
// The files are read first. Each line on standard input starts a run; a line of JSON answers it.
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
	pipeline := os.Args[1]
	var objects [][]byte
	for _, path := range os.Args[2:] {
		object, err := os.ReadFile(path)
		check(err)
		if pipeline == "logs" {
			object = gunzip(object)
		}
		objects = append(objects, object)
	}
	run := metrics()
	if pipeline == "logs" {
		run = logs()
	}
	for input := bufio.NewScanner(os.Stdin); input.Scan(); {
		before, records, size := cpuMs(), 0, 0
		for _, object := range objects {
			ofObject, bytes := run(object)
			records += ofObject
			size += bytes
		}
		fmt.Printf("{\"cpuMs\":%.3f,\"records\":%d,\"bytes\":%d}\n", cpuMs()-before, records, size)
	}
}

// logs returns a function that decodes lines and marshals each batch; it counts records and bytes.
func logs() func([]byte) (int, int) {
	factory := awslogs.NewFactory()
	config := factory.CreateDefaultConfig().(*awslogs.Config)
	config.Format = "elbaccess"
	decoders := create(factory, config).(encoding.LogsDecoderExtension)
	marshaler := plog.ProtoMarshaler{}
	return func(lines []byte) (records, size int) {
		decoder, err := decoders.NewLogsDecoder(bytes.NewReader(lines), encoding.WithFlushItems(batchRecords), encoding.WithFlushBytes(0))
		check(err)
		for {
			batch, err := decoder.DecodeLogs()
			if errors.Is(err, io.EOF) {
				return records, size
			}
			check(err)
			request, err := marshaler.MarshalLogs(batch)
			check(err)
			records += batch.LogRecordCount()
			size += len(request)
		}
	}
}

// metrics returns a function that does the whole of an object but the network; it counts points and compressed bytes.
func metrics() func([]byte) (int, int) {
	factory := metricstreams.NewFactory()
	config := factory.CreateDefaultConfig().(*metricstreams.Config)
	config.Format = "json"
	unmarshaler := create(factory, config).(pmetric.Unmarshaler)
	marshaler := pmetric.ProtoMarshaler{}
	return func(object []byte) (int, int) {
		metrics, err := unmarshaler.UnmarshalMetrics(gunzip(object))
		check(err)
		request, err := marshaler.MarshalMetrics(metrics)
		check(err)
		var body bytes.Buffer
		writer := gzip.NewWriter(&body)
		_, err = writer.Write(request)
		check(err)
		check(writer.Close())
		return metrics.DataPointCount(), body.Len()
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

func gunzip(object []byte) []byte {
	reader, err := gzip.NewReader(bytes.NewReader(object))
	check(err)
	lines, err := io.ReadAll(reader)
	check(err)
	return lines
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
