/**
 * Records which properties are read of the objects that `record` wraps, as paths such as `scout.headers`. A copy
 * (`{ ...settings }`) reads nothing, or every property would count as read.
 */
export const newReadRecorder = () => {
  const read = new Set<string>();
  let copying: PropertyKey | undefined;
  const record = <T extends object>(values: T, path = ''): T =>
    new Proxy(values, {
      getOwnPropertyDescriptor: (target, key) => {
        copying = key;
        return Reflect.getOwnPropertyDescriptor(target, key);
      },
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (typeof key === 'symbol') return value;
        if (copying !== key) read.add(path + key);
        copying = undefined;
        return isPlain(value) ? record(value, `${path}${key}.`) : value;
      },
    });
  return { read, record };
};

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
