import { expect, test } from 'vitest';
import { redactor } from '../../../lambdas/log-lines/redact.ts';

const { redact } = redactor([]);

test.each(['%', '%25', '//', '/%2F', '//a:', '@', '?sig=&', '\\', '\\"', '%2', 'sig=', '=', '%40"'])(
  'redaction takes no more than three seconds for a mebibyte of %j',
  (piece) => {
    const text = Buffer.from(piece.repeat((1024 * 1024) / piece.length));
    const start = performance.now();
    redact(text, true);
    expect(performance.now() - start).toBeLessThan(3000);
  },
);
