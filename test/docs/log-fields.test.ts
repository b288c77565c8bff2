import { expect, test } from 'vitest';
import { albLine } from '../../bin/local/samples/alb-lines.ts';
import { LOAD_BALANCERS, type LoadBalancer } from '../../bin/local/samples/alb-traffic.ts';
import { kindLogs } from '../../bin/local/samples/kinds.ts';
import { random } from '../../bin/local/samples/random.ts';
import { LOG_KINDS } from '../../lambdas/log-kinds.ts';
import type { FieldWriter } from '../../lambdas/log-lines/field-writers.ts';
import { firstLines } from '../../lambdas/log-lines/first-lines.ts';
import { lineReader } from '../../lambdas/log-lines/line-reader.ts';
import type { LogKind } from '../../lambdas/log-lines/log-kind.ts';
import { recognize } from '../../lambdas/log-lines/recognize.ts';
import { conventionOf } from '../../lambdas/log-lines/record.ts';
import { isNothing, type Line, load, newLine, spanOf } from '../../lambdas/log-lines/line.ts';
import { ProtobufWriter } from '../../lambdas/otlp/protobuf.ts';
import { settingsWith } from '../support/factories/alb-records.ts';
import { attributesOfRecord } from '../support/factories/encoded-record.ts';

const START = Date.UTC(2026, 0, 31, 12);
const HEAD = `# Fields of the logs

Each field under AWS's name, which is its attribute with \`albAttributes=aws\`, and the attributes that it becomes with
\`albAttributes=semconv\`. A field may become several attributes, and not each of its values becomes all of them: \`-\` becomes none. The
page is made from the code; [data.md](data.md) says what the values mean.
`;

/** Values that the samples do not have, for attributes that depend on the value. */
const MORE_VALUES: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>> = {
  alb: [
    {
      time: '2026-01-31T23:59:58Z',
      elb_status_code: '502',
      'target:port_list': '10.0.0.1:80 10.0.0.2:80',
      target_status_code_list: '502 200',
    },
  ],
  'alb-connection': [{ timestamp: '2026-01-31T23:59:58Z', tls_verify_status: 'Failed:ClientCertExpired' }],
  'alb-health-check': [
    { time: '2026-01-31T23:59:58Z', target_addr: 'arn:aws:lambda:eu-west-1:123456789012:function:shop' },
    { time: '2026-01-31T23:59:58Z', type: 'grpc', status_code: '12' },
  ],
  'vpc-flow': [
    {
      end: '1769903998',
      srcaddr: '10.0.0.1',
      'pkt-srcaddr': '10.0.0.2',
      dstaddr: '10.0.0.3',
      'pkt-dstaddr': '10.0.0.4',
    },
    { end: '1769903998', protocol: '253', type: 'EFA', 'flow-direction': 'other' },
  ],
};

const { alb: settings } = settingsWith();
const [BALANCER] = LOAD_BALANCERS as [LoadBalancer];
const SAMPLES = [0, 1, 2].flatMap((seed) => [
  Array.from({ length: 20 }, (_, i) => albLine(random(seed + i), BALANCER, START * 1000)),
  ...kindLogs(seed, START).map(({ lines }) => lines),
]);

/** Lines of each object of a kind. */
const objectsOf = (name: string): readonly (readonly Buffer[])[] => [
  ...SAMPLES.map(linesOf).filter((lines) => recognize(LOG_KINDS, lines, settings)?.name === name),
  ...(MORE_VALUES[name] ?? []).map((fields) => linesOf([JSON.stringify(fields)])),
];

/** The attributes of a record that a field writes by itself. */
const attributesFrom = (write: FieldWriter, line: Line, start: number, end: number): string[] => {
  const writer = new ProtobufWriter(64 * 1024);
  write(writer, line, start, end);
  return Object.keys(attributesOfRecord(writer.written()));
};

const section = ([name, kind]: [string, LogKind]): string => {
  const { schema } = kind;
  const writers = schema.fields.map((one) => conventionOf(schema, one));
  const found = schema.fields.map(() => new Set<string>());
  const add = (i: number, line: Line, start: number, end: number): void => {
    const write = writers[i];
    if (write === undefined || isNothing(line.bytes, start, end)) return;
    for (const attribute of attributesFrom(write, line, start, end)) found[i]?.add(attribute);
  };
  for (const lines of objectsOf(name)) {
    const recognized = recognize({ [name]: kind }, lines, settings);
    if (recognized === undefined) throw new Error(`a sample of ${name} is not one`);
    const { line, read } = lineReader(schema, recognized.form, settings);
    for (const one of lines) {
      if (!read(one, 0, one.length, false)) continue;
      schema.fields.forEach((_, i) => {
        const { start, end } = spanOf(line, i);
        add(i, line, start, end);
      });
    }
  }
  // What no sample has, by a number and a word.
  for (const value of ['7', 'word']) {
    const line = newLine();
    load(line, Buffer.from(value));
    found.forEach(
      (attributes, i) => attributes.size <= (value === '7' ? 0 : 1) && add(i, line, 0, value.length),
    );
  }
  const rows = schema.fields.map((one, i) => {
    const attributes = [...(found[i] ?? [])].map((attribute) => `\`${attribute}\``).join(', ');
    return `| \`${one}\` | ${i === schema.time ? "the record's time" : attributes} |`;
  });
  const scope = `Scope \`${schema.scope}\`, \`service.name\` \`${kind.serviceName}\`.`;
  return [`## \`${name}\``, '', scope, '', '| field | attributes |', '| --- | --- |', ...rows, ''].join('\n');
};

function linesOf(lines: readonly string[]): readonly Buffer[] {
  return firstLines(Buffer.from(lines.join('\n')));
}

test('docs/log-fields.md lists the fields of every kind of log as the code maps them (vitest -u rewrites it)', async () => {
  const page = [HEAD, ...Object.entries<LogKind>(LOG_KINDS).map(section)].join('\n');
  await expect(page).toMatchFileSnapshot('../../docs/log-fields.md');
});
