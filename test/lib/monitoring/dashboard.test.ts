import { describe, expect, it } from 'vitest';
import { asText, resource, synth } from '../../support/harness/synth.ts';

interface Widget {
  readonly properties: {
    readonly title: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly alarms?: readonly string[];
  };
}

const widgets = (context?: object): readonly Widget[] => {
  const { DashboardBody } = resource(synth({ ...context }), 'AWS::CloudWatch::Dashboard', '').Properties;
  return (JSON.parse(String(asText(DashboardBody))) as { widgets: readonly Widget[] }).widgets;
};

describe('the dashboard', () => {
  it('answers one question a widget', () => {
    expect(widgets().map(({ properties }) => properties.title)).toEqual([
      'Is anything wrong?',
      'Is data flowing? Records',
      'How late? Seconds, at worst',
      'How much? Bytes sent to Scout',
      'What was refused?',
      'What waits? Objects, and requests tried again',
      'What does it cost? Dollars of the last day, at list prices of us-east-1',
    ]);
  });

  it('shows every alarm', () => {
    expect(widgets()[0]?.properties.alarms).toHaveLength(
      Object.keys(synth().findResources('AWS::CloudWatch::Alarm')).length,
    );
  });

  it('shows the pipeline that is there', () => {
    const body = JSON.stringify(widgets({ albLogs: false }));
    expect(body).toContain('"Pipeline","metrics"');
    expect(body).not.toContain('logs');
  });

  it('counts as cost the bytes out, the functions, the metric stream and Firehose', () => {
    const expressions = widgets()
      .at(-1)
      ?.properties.metrics?.map(([metric]) => metric)
      .filter((metric) => typeof metric === 'object');
    expect(expressions).toMatchObject([
      { label: 'metrics: bytes out' },
      { label: 'metrics: Lambda' },
      { label: 'logs: bytes out' },
      { label: 'logs: Lambda' },
      { label: 'metric stream' },
      { label: 'Firehose' },
    ]);
  });
});
