import { describe, expect, test } from 'vitest';
import { asText, resource, synth } from '../../support/harness/synth.ts';

interface Widget {
  readonly properties: {
    readonly title?: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly alarms?: readonly string[];
  };
}

const widgets = (context?: object): readonly Widget[] => {
  const { DashboardBody } = resource(synth({ ...context }), 'AWS::CloudWatch::Dashboard', '').Properties;
  return (JSON.parse(String(asText(DashboardBody))) as { widgets: readonly Widget[] }).widgets;
};

/** The questions of the widgets that show a metric. */
const shows = (metric: string): readonly (string | undefined)[] =>
  widgets()
    .filter(({ properties }) => JSON.stringify(properties.metrics ?? []).includes(`"${metric}"`))
    .map(({ properties }) => properties.title?.split('?')[0]);

describe('the dashboard', () => {
  test('shows one question per widget', () => {
    expect(widgets().map(({ properties }) => properties.title)).toEqual([
      'Is anything wrong?',
      'Is data flowing? Records',
      'How late? Delivery lag in seconds, maximum',
      'How much? Bytes sent to Scout',
      'What was rejected, or sent without tags? Records',
      'What waits? Objects in the queues, and those given up',
      'What was done? Objects forwarded, and requests retried',
      'What does it cost? Dollars a month, AWS and Scout, by the last day at list prices',
      'Dead letters now',
      undefined,
    ]);
  });

  test('shows every alarm', () => {
    expect(widgets()[0]?.properties.alarms).toHaveLength(
      Object.keys(synth().findResources('AWS::CloudWatch::Alarm')).length,
    );
  });

  test('shows the pipeline that is there', () => {
    const body = JSON.stringify(widgets({ albLogs: false }));
    expect(body).toContain('"Pipeline","metrics"');
    expect(body).not.toContain('logs');
  });

  test('shows the cost of a month as one number, of AWS and of Scout', () => {
    const cost = widgets().find(({ properties }) => properties.title?.startsWith('What does it cost?'));
    const shown = cost?.properties.metrics?.filter((metric) => JSON.stringify(metric).includes('$ a month'));
    expect(shown).toHaveLength(1);
    const text = JSON.stringify(cost);
    for (const id of [
      'updates',
      'incoming',
      'logs_bytes',
      'logs_records',
      'metrics_records',
      'logs_ms',
      'logs_calls',
    ])
      expect(text).toContain(`FILL(${id}, 0)`);
  });

  test('shows what settings leave out apart from what was rejected or given up', () => {
    expect(shows('RecordsFiltered')).toEqual(['Is data flowing']);
    expect(shows('RecordsRejected')).toEqual(['What was rejected, or sent without tags']);
    expect(shows('ObjectsDeadLettered')).toEqual(['What waits']);
  });

  test('has seconds and counts on axes of their own', () => {
    const lag = widgets().find(({ properties }) => properties.title?.startsWith('How late?'));
    expect(JSON.stringify(lag?.properties.metrics)).not.toMatch(/Records|Objects|Bytes/);
  });

  test('has the runbook as a text', () => {
    expect(JSON.stringify(widgets().at(-1))).toContain('npm run doctor');
  });
});
