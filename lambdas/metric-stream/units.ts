/** A CloudWatch unit as it is, or in UCUM (https://ucum.org/ucum), which OpenTelemetry uses. */
export const unitIn = (style: 'cloudwatch' | 'ucum', unit: string): string => {
  if (style === 'cloudwatch') return unit === 'None' ? '' : unit;
  const perSecond = unit.endsWith(PER_SECOND);
  const ucum = UCUM.get(perSecond ? unit.slice(0, -PER_SECOND.length) : unit);
  if (ucum === undefined) return unit;
  return perSecond ? `${ucum}/s` : ucum;
};

/** The unit of a statistic that is not in the unit of its metric: a percentile rank, a trimmed count. */
export const unitOfStatistic = (key: string, unit: string): string => {
  if (key.startsWith('PR')) return 'Percent';
  return /^TC|^tc\d/.test(key) ? 'Count' : unit;
};

const PER_SECOND = '/Second';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html lists them all. */
const UCUM: ReadonlyMap<string, string> = new Map([
  ['Seconds', 's'],
  ['Microseconds', 'us'],
  ['Milliseconds', 'ms'],
  ['Bytes', 'By'],
  ['Kilobytes', 'kBy'],
  ['Megabytes', 'MBy'],
  ['Gigabytes', 'GBy'],
  ['Terabytes', 'TBy'],
  ['Bits', 'bit'],
  ['Kilobits', 'kbit'],
  ['Megabits', 'Mbit'],
  ['Gigabits', 'Gbit'],
  ['Terabits', 'Tbit'],
  ['Percent', '%'],
  ['Count', '{Count}'],
  ['None', '1'],
]);

/** All units of CloudWatch, and some that would be formed like them. */
export const UNITS: readonly string[] = [...UCUM.keys()].flatMap((unit) => [unit, unit + PER_SECOND]);
