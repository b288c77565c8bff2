import { describe, expect, test } from 'vitest';
import { datum, datumLine, pointIn, pointsIn } from '../../support/factories/metric-points.ts';

const dimensionsOf = (dimensions: unknown) => pointIn(datumLine({ dimensions })).attributes['Dimensions'];
const dimensionNames = (dimensions: unknown, dimensionAttributes: boolean) =>
  pointIn(datumLine({ dimensions }), { metrics: { dimensionAttributes } }).attributes['DimensionNames'];

/** With `dimensions` as JSON text: not every order and name survives an object. */
const lineWithDimensions = (json: string): string => datumLine({ dimensions: '?' }).replace('"?"', json);

describe('Dimensions', () => {
  test('are compact JSON with sorted names', () => {
    expect(dimensionsOf({ b: '2', a: '1', c: 'x y' })).toBe('{"a":"1","b":"2","c":"x y"}');
    expect(pointIn(lineWithDimensions('{ "b" : "2" , "a" : "1" }')).attributes['Dimensions']).toBe(
      '{"a":"1","b":"2"}',
    );
  });

  test.each([{}, null, undefined])('are {} where there are none: %j', (dimensions) => {
    expect(dimensionsOf(dimensions)).toBe('{}');
  });

  test('are sorted by code units, names that are numbers or hostile too', () => {
    const json =
      '{"z":"1","10":"2","9":"3","__proto__":"4","a b":"5","a":"6","Z":"7","constructor":"8","":"9","é":"0"}';
    const sorted =
      '{"":"9","10":"2","9":"3","Z":"7","__proto__":"4","a":"6","a b":"5","constructor":"8","z":"1","é":"0"}';
    expect(pointIn(lineWithDimensions(json)).attributes['Dimensions']).toBe(sorted);
    expect(pointIn(lineWithDimensions(sorted)).attributes['Dimensions']).toBe(sorted);
  });

  test('keep what JSON escapes', () => {
    const dimensions = { 'quo"te': 'back\\slash', 'tab\t': 'line\nfeed', snow: '☃ 🙂' };
    expect(JSON.parse(String(dimensionsOf(dimensions)))).toEqual(dimensions);
    expect(dimensionsOf({ a: '","b":"x' })).toBe('{"a":"\\",\\"b\\":\\"x"}');
    expect(pointIn(lineWithDimensions('{"a":",","b":"}{"}')).attributes['Dimensions']).toBe(
      '{"a":",","b":"}{"}',
    );
  });

  test('that come twice have the last value, as in JSON', () => {
    expect(pointIn(lineWithDimensions('{"a":"1","a":"2"}')).attributes['Dimensions']).toBe('{"a":"2"}');
    expect(pointIn(lineWithDimensions('{"a":"1","b":"3","a":"2"}')).attributes['Dimensions']).toBe(
      '{"a":"2","b":"3"}',
    );
  });

  test('that are numbers or booleans become text', () => {
    expect(dimensionsOf({ Port: 8080, Blue: true, __proto: false })).toBe(
      '{"Blue":"true","Port":"8080","__proto":"false"}',
    );
    expect(pointIn(lineWithDimensions('{"__proto__":7}')).attributes['Dimensions']).toBe('{"__proto__":"7"}');
  });

  test('may each be an attribute of their own', () => {
    const line = datumLine({ dimensions: { QueueName: 'orders', 'odd "name"': 'é', Port: 80 } });
    expect(pointIn(line, { metrics: { dimensionAttributes: true } }).attributes).toEqual({
      Namespace: 'AWS/EC2',
      MetricName: 'CPUUtilization',
      Dimensions: '{"Port":"80","QueueName":"orders","odd \\"name\\"":"é"}',
      DimensionNames: 'Port,QueueName,odd "name"',
      'Dimensions.QueueName': 'orders',
      'Dimensions.odd "name"': 'é',
      'Dimensions.Port': '80',
    });
  });

  test('are named in an attribute that is empty where there are none', () => {
    expect(dimensionNames({ LoadBalancer: 'l', AvailabilityZone: 'z', '10': 'x', '9': 'y' }, true)).toBe(
      '10,9,AvailabilityZone,LoadBalancer',
    );
    expect(dimensionNames({}, true)).toBe('');
    expect(dimensionNames({ LoadBalancer: 'l' }, false)).toBeUndefined();
  });
});

const resourceOf = (members: Readonly<Record<string, unknown>>, resource = {}) =>
  pointIn(datumLine(members), { resource }).resource;

describe('the resource', () => {
  test('has account, region, service, environment under its three names, and extras', () => {
    expect(resourceOf({}, { attributes: { team: 'web', tier: '1' } })).toEqual({
      'cloud.provider': 'aws',
      'cloud.account.id': '123456789012',
      'cloud.region': 'eu-west-1',
      'service.name': 'aws-cloudwatch-stream',
      environment: 'staging',
      'deployment.environment': 'staging',
      'deployment.environment.name': 'staging',
      team: 'web',
      tier: '1',
    });
  });

  test.each([undefined, null, ''])('leaves out an account or region that is missing: %j', (missing) => {
    const names = Object.keys(resourceOf({ account_id: missing, region: missing }));
    expect(names).not.toContain('cloud.account.id');
    expect(names).not.toContain('cloud.region');
  });

  test('is one for each account and region', () => {
    const points = pointsIn(
      [
        ['1', 'a'],
        ['1', 'b'],
        ['2', 'a'],
        ['1', 'a'],
      ].map(([account_id, region]) => datumLine({ account_id, region })),
    );
    expect(
      points.map(
        ({ resource }) => `${String(resource['cloud.account.id'])}${String(resource['cloud.region'])}`,
      ),
    ).toEqual(['1a', '1a', '1b', '2a']);
  });

  test('has the service name of the settings', () => {
    expect(pointIn(datumLine(), { resource: { serviceName: 'web' } }).resource['service.name']).toBe('web');
  });

  test('has the namespace as service name if so configured', () => {
    const lines = ['AWS/EC2', 'AWS/SQS', 'AWS/EC2'].map((namespace) => datumLine({ namespace }));
    const services = pointsIn(lines, { resource: { serviceName: 'namespace' } }).map(
      ({ resource, attributes }) => [resource['service.name'], attributes['Namespace']],
    );
    expect(services).toEqual([
      ['AWS/EC2', 'AWS/EC2'],
      ['AWS/EC2', 'AWS/EC2'],
      ['AWS/SQS', 'AWS/SQS'],
    ]);
  });
});

describe('the unit', () => {
  const UNITS: readonly (readonly [unit: unknown, cloudwatch: string, ucum: string])[] = [
    ['Seconds', 'Seconds', 's'],
    ['Microseconds', 'Microseconds', 'us'],
    ['Milliseconds', 'Milliseconds', 'ms'],
    ['Bytes', 'Bytes', 'By'],
    ['Kilobytes', 'Kilobytes', 'kBy'],
    ['Megabytes', 'Megabytes', 'MBy'],
    ['Gigabytes', 'Gigabytes', 'GBy'],
    ['Terabytes', 'Terabytes', 'TBy'],
    ['Bits', 'Bits', 'bit'],
    ['Kilobits', 'Kilobits', 'kbit'],
    ['Megabits', 'Megabits', 'Mbit'],
    ['Gigabits', 'Gigabits', 'Gbit'],
    ['Terabits', 'Terabits', 'Tbit'],
    ['Percent', 'Percent', '%'],
    ['Count', 'Count', '{Count}'],
    ['None', '', '1'],
    ['Bytes/Second', 'Bytes/Second', 'By/s'],
    ['Terabits/Second', 'Terabits/Second', 'Tbit/s'],
    ['Count/Second', 'Count/Second', '{Count}/s'],
    ['Furlongs', 'Furlongs', 'Furlongs'],
    ['Furlongs/Second', 'Furlongs/Second', 'Furlongs/Second'],
    ['constructor', 'constructor', 'constructor'],
    [undefined, '', ''],
    [null, '', ''],
    ['', '', ''],
  ];

  test.each(UNITS)('%j is "%s", or "%s" in UCUM', (unit, cloudwatch, ucum) => {
    expect(pointIn(datumLine({ unit })).unit).toBe(cloudwatch);
    expect(pointIn(datumLine({ unit }), { metrics: { units: 'ucum' } }).unit).toBe(ucum);
  });
});

test('names in any script arrive as they are', () => {
  const members = { namespace: 'Ünïcode/日本', metric_name: '🙂 "q"', unit: 'µs', region: 'größe' };
  const point = pointIn(datumLine(members));
  expect(point).toMatchObject({
    name: 'amazonaws.com/Ünïcode/日本/🙂 "q"',
    unit: 'µs',
    attributes: { Namespace: 'Ünïcode/日本', MetricName: '🙂 "q"' },
  });
  expect(point.resource['cloud.region']).toBe('größe');
  expect(datum().namespace).toBe('AWS/EC2');
});
