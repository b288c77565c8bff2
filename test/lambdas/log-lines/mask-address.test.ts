import { describe, expect, test } from 'vitest';
import { maskAddress, maskAddresses } from '../../../lambdas/log-lines/mask-address.ts';

describe('maskAddress', () => {
  test.each([
    ['', ''],
    ['-', '-'],
    ['192.0.2.117', '192.0.2.0'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::0'],
    ['2001:DB8::1', '2001:DB8::0'],
    ['::1', '::0'],
    ['1::2', '1::0'],
    ['1:2::', '1:2::0'],
    ['1:0:3:4:5:6:7:8', '1:0:3::0'],
    // A double colon for one group.
    ['::2:3:4:5:6:7:8', '0:2:3::0'],
    ['1::3:4:5:6:7:8', '1:0:3::0'],
  ])('%j becomes %j', (address, masked) => {
    expect(maskAddress(address)).toBe(masked);
  });

  test.each(['host', 'x::1', '1::x', '1:2:3:4:5:6:7', '1.2.3', '192.0.2.1.5', '1192.0.2.1'])(
    'hides %j, which is not an address',
    (text) => {
      expect(maskAddress(text)).toBe('REDACTED');
    },
  );
});

describe('maskAddresses', () => {
  test.each([
    ['from 192.0.2.117:443 to 10.1.22.33', 'from 192.0.2.0:443 to 10.1.22.0'],
    ['from [2001:db8::1]:443', 'from [2001:db8::0]:443'],
    ['from 2001:db8:1:2:3:4:5:6:443 "GET"', 'from 2001:db8:1::0 "GET"'],
    ['at 2026-01-01T10:11:12.345Z 1.2.3 cafe', 'at 2026-01-01T10:11:12.345Z 1.2.3 cafe'],
  ])('%j becomes %j', (text, masked) => {
    expect(maskAddresses(text)).toBe(masked);
  });
});
