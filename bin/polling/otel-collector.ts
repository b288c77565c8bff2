import type { StackSettings } from '../../lib/settings/settings-table.ts';
import { CLOUDWATCH_EXPORTER_PORT, SCRAPE_INTERVAL } from './cloudwatch-exporter.ts';

/** The version these files are tried with. */
export const COLLECTOR_VERSION = '0.158.0';

export type CollectorSettings = Pick<
  StackSettings,
  | 'scoutEndpoint'
  | 'scoutTokenUrl'
  | 'scoutAudience'
  | 'scoutEnvironment'
  | 'scoutHeaders'
  | 'scoutResourceAttributes'
  | 'requestTimeout'
>;

/**
 * The configuration of an OpenTelemetry Collector that scrapes the exporter and sends to Scout. Made of
 * https://github.com/open-telemetry/opentelemetry-collector-contrib's prometheusreceiver, resourceprocessor and
 * oauth2clientauthextension, and the Collector's own otlphttpexporter.
 */
export const otelCollectorYaml = (settings: CollectorSettings, region: string): string => `\
# OpenTelemetry Collector: scrapes the CloudWatch exporter and sends what it finds to Scout.
# Credentials come from the environment: SCOUT_CLIENT_ID and SCOUT_CLIENT_SECRET.
receivers:
  prometheus:
    config:
      scrape_configs:
        - job_name: cloudwatch-exporter
          # A scrape makes the exporter ask CloudWatch, which takes time and money.
          scrape_interval: ${SCRAPE_INTERVAL}s
          scrape_timeout: 120s
          static_configs:
            - targets: ["\${env:CLOUDWATCH_EXPORTER:-cloudwatch-exporter:${CLOUDWATCH_EXPORTER_PORT}}"]
              labels:
                service: elb
          metric_relabel_configs:
            # Not the exporter's own Java figures.
            - source_labels: [__name__]
              regex: aws_.*|cloudwatch_.*
              action: keep
            # Nor the job that it writes on every series, beside the Collector's own.
            - regex: exported_job
              action: labeldrop

processors:
  resource:
    attributes:
${resourceAttributes(settings, region)
  .map(([key, value]) => `      - { action: upsert, key: ${quoted(key)}, value: ${quoted(value)} }`)
  .join('\n')}

extensions:
  oauth2client:
    client_id: \${env:SCOUT_CLIENT_ID}
    client_secret: \${env:SCOUT_CLIENT_SECRET}
    token_url: ${quoted(settings.scoutTokenUrl)}
    endpoint_params:
      audience: ${quoted(settings.scoutAudience)}

exporters:
  # TLS is verified: that is the exporter's default, and nothing here changes it.
  otlp_http:
    endpoint: ${quoted(baseUrl(settings.scoutEndpoint))}
    auth:
      authenticator: oauth2client
    compression: gzip
    timeout: ${settings.requestTimeout}s
${headers(settings.scoutHeaders)}\
    # Never given up, however long Scout is away; up to 1000 scrapes' requests wait in memory.
    retry_on_failure:
      max_elapsed_time: 0s
    sending_queue:
      batch:
        flush_timeout: 1s
        min_size: 5000
        max_size: 5000

service:
  extensions: [oauth2client]
  pipelines:
    metrics:
      receivers: [prometheus]
      processors: [resource]
      exporters: [otlp_http]
`;

const resourceAttributes = (
  settings: CollectorSettings,
  region: string,
): readonly (readonly [string, string])[] => {
  const { scoutEnvironment } = settings;
  const environment = typeof scoutEnvironment === 'string' ? scoutEnvironment : scoutEnvironment.default;
  return [
    ['cloud.provider', 'aws'],
    ['cloud.region', region],
    ['environment', environment],
    ['deployment.environment', environment],
    ['deployment.environment.name', environment],
    ...Object.entries(settings.scoutResourceAttributes),
  ];
};

const headers = (named: Readonly<Record<string, string>>): string => {
  const lines = Object.entries(named).map(([name, value]) => `      ${quoted(name)}: ${quoted(value)}\n`);
  return lines.length > 0 ? `    headers:\n${lines.join('')}` : '';
};

const baseUrl = (endpoint: string): string =>
  endpoint.replace(/\/+$/, '').replace(/\/v1\/(?:metrics|logs)$/, '');

/** JSON text is YAML text; the Collector takes `$$` for a dollar sign. */
const quoted = (value: string): string => JSON.stringify(value).replaceAll('$', '$$$$');
