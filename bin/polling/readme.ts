import { ELB_METRICS } from '../../lib/settings/elb-metrics.ts';
import {
  CLOUDWATCH_EXPORTER_PORT,
  CLOUDWATCH_EXPORTER_VERSION,
  SCRAPE_INTERVAL,
} from './cloudwatch-exporter.ts';
import { COLLECTOR_VERSION } from './otel-collector.ts';
import { POLLING_POLICY } from './policy.ts';

/** The README beside the files: how to run them, and what to look at. */
export const pollingReadme = (region: string): string => `\
# Load balancer metrics of ${region}, by polling

Every ${SCRAPE_INTERVAL / 60} minutes an OpenTelemetry Collector scrapes the Prometheus CloudWatch exporter, which asks CloudWatch for
${ELB_METRICS.length} metrics of Application Load Balancers; the Collector sends them to Scout. Data arrive 5 to 15 minutes after the fact.

| file | what it is |
|---|---|
| \`cloudwatch-exporter.yaml\` | what the exporter (${CLOUDWATCH_EXPORTER_VERSION}, port ${CLOUDWATCH_EXPORTER_PORT}) asks for |
| \`otel-collector.yaml\` | what the Collector (${COLLECTOR_VERSION}) scrapes, and where it sends it |
| \`compose.yaml\` | both as containers |

No file holds a credential. Let the machine's role, or a user whose keys are in \`AWS_ACCESS_KEY_ID\` and
\`AWS_SECRET_ACCESS_KEY\` (and \`AWS_SESSION_TOKEN\`), have this policy:

\`\`\`json
${POLLING_POLICY}
\`\`\`

On EC2 a container reaches the role only where the instance's metadata hop limit is 2 or more. Then:

\`\`\`sh
export SCOUT_CLIENT_ID=… SCOUT_CLIENT_SECRET=…
docker compose up -d
curl -s localhost:${CLOUDWATCH_EXPORTER_PORT}/metrics | grep -c ^aws_applicationelb_
\`\`\`

Without containers, start \`java -jar cloudwatch_exporter-${CLOUDWATCH_EXPORTER_VERSION}-jar-with-dependencies.jar ${CLOUDWATCH_EXPORTER_PORT} cloudwatch-exporter.yaml\` and
\`CLOUDWATCH_EXPORTER=localhost:${CLOUDWATCH_EXPORTER_PORT} otelcol-contrib --config otel-collector.yaml\`.

Alert on \`up == 0\`, on \`cloudwatch_exporter_scrape_error > 0\`, and on \`cloudwatch_exporter_scrape_duration_seconds\` nearing 120:
past that the scrape is given up. Further regions need a folder and an exporter each.
`;
