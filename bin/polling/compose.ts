import { CLOUDWATCH_EXPORTER_PORT, CLOUDWATCH_EXPORTER_VERSION } from './cloudwatch-exporter.ts';
import { COLLECTOR_VERSION } from './otel-collector.ts';

/** Runs exporter and Collector side by side, as https://github.com/compose-spec/compose-spec describes. */
export const composeYaml = (): string => `\
services:
  cloudwatch-exporter:
    image: prom/cloudwatch-exporter:v${CLOUDWATCH_EXPORTER_VERSION}
    volumes: ['./cloudwatch-exporter.yaml:/config/config.yml:ro']
    # Passed on where they are set; otherwise the machine's role counts.
    environment: [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN]
    # For a look at http://localhost:${CLOUDWATCH_EXPORTER_PORT}/metrics; each look asks CloudWatch.
    ports: ['127.0.0.1:${CLOUDWATCH_EXPORTER_PORT}:${CLOUDWATCH_EXPORTER_PORT}']
    restart: unless-stopped

  otel-collector:
    image: otel/opentelemetry-collector-contrib:${COLLECTOR_VERSION}
    volumes: ['./otel-collector.yaml:/etc/otelcol-contrib/config.yaml:ro']
    environment:
      SCOUT_CLIENT_ID: \${SCOUT_CLIENT_ID:?the id of Scout's OAuth client is needed}
      SCOUT_CLIENT_SECRET: \${SCOUT_CLIENT_SECRET:?the secret of Scout's OAuth client is needed}
    depends_on: [cloudwatch-exporter]
    restart: unless-stopped
`;
