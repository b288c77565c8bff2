import { weighted } from './random.ts';

/** The made-up account and what runs in it. Addresses and names are those set aside for documentation. */
export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';

export interface TargetGroup {
  readonly arn: string;
  /** `undefined` for a Lambda function, which has no address. */
  readonly port: number | undefined;
  /** Median of target_processing_time, in seconds. */
  readonly latency: number;
}

export interface LoadBalancer {
  readonly name: string;
  readonly id: string;
  readonly host: string;
  /** Fields a line: AWS has appended some every few years. */
  readonly layout: number;
  readonly targetGroups: readonly TargetGroup[];
}

const group = (name: string, id: string, latency: number, port: number | undefined): TargetGroup => ({
  arn: `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:targetgroup/${name}/${id}`,
  port,
  latency,
});

export const LOAD_BALANCERS: readonly LoadBalancer[] = [
  {
    name: 'shop-web',
    id: '5d1f0a9c37be2468',
    host: 'shop.example.com',
    layout: 33,
    targetGroups: [
      group('storefront', 'a1f4c2d98b7e6035', 0.045, 8080),
      group('checkout', '0c9e8d7b6a5f4132', 0.18, 8443),
      group('static', '7be3d150c4a8f962', 0.004, 80),
    ],
  },
  {
    name: 'public-api',
    id: '8c2b7e6f10d93a54',
    host: 'api.example.com',
    layout: 30,
    targetGroups: [
      group('orders', 'd4b8f0127c3e95a6', 0.032, 8080),
      group('search', '39a6e1c7f2b4d805', 0.11, 9200),
    ],
  },
  {
    name: 'hooks',
    id: 'e07a41d2b95c8f36',
    host: 'hooks.example.com',
    layout: 36,
    targetGroups: [group('hook-fn', '62f8b3a0d1c7e549', 0.25, undefined)],
  },
  {
    name: 'back-office',
    id: '1b9d5e3c72f04a86',
    host: 'office.example.com',
    layout: 29,
    targetGroups: [group('reports', 'f5c07d2e8a1b4963', 1.2, 3000)],
  },
];

/** What became of a request: the statuses and the columns that go with them. */
export interface Ending {
  readonly elb: string;
  /** `-` when no target responded. */
  readonly target: string;
  readonly action: string;
  readonly error?: string;
  /** The target was never called: no address, no times. */
  readonly unreached?: true;
}

const responded = (status: string): Ending => ({ elb: status, target: status, action: 'forward' });

export const ENDINGS: readonly Ending[] = weighted<Ending>(
  [840, responded('200')],
  [18, responded('201')],
  [22, responded('204')],
  [34, responded('304')],
  [9, { ...responded('200'), action: 'authenticate,forward' }],
  [14, { elb: '301', target: '-', action: 'redirect', unreached: true }],
  [9, responded('302')],
  [4, responded('400')],
  [6, responded('401')],
  [5, { elb: '403', target: '-', action: 'waf', unreached: true }],
  [22, responded('404')],
  [3, responded('429')],
  [3, { elb: '460', target: '-', action: 'forward' }],
  [1, { elb: '405', target: '-', action: 'fixed-response', unreached: true }],
  [4, responded('500')],
  [3, { elb: '502', target: '-', action: 'forward' }],
  [2, { elb: '503', target: '-', action: 'forward', unreached: true }],
  [1, { elb: '504', target: '-', action: 'forward' }],
);

/** Why a Lambda target failed (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#error-reason-codes). */
export const LAMBDA_ERRORS = ['LambdaInvalidResponse', 'LambdaThrottling', 'LambdaUnhandled'] as const;

export const CONNECTIONS = weighted<readonly [type: string, protocol: string]>(
  [55, ['h2', 'HTTP/2.0']],
  [34, ['https', 'HTTP/1.1']],
  [6, ['http', 'HTTP/1.1']],
  [3, ['grpcs', 'HTTP/2.0']],
  [1, ['wss', 'HTTP/1.1']],
  [1, ['ws', 'HTTP/1.1']],
);

export const CIPHERS = weighted<readonly [cipher: string, protocol: string]>(
  [7, ['TLS_AES_128_GCM_SHA256', 'TLSv1.3']],
  [1, ['TLS_AES_256_GCM_SHA384', 'TLSv1.3']],
  [3, ['ECDHE-RSA-AES128-GCM-SHA256', 'TLSv1.2']],
);

export const METHODS = weighted(
  [70, 'GET'],
  [18, 'POST'],
  [5, 'PUT'],
  [3, 'DELETE'],
  [2, 'HEAD'],
  [2, 'OPTIONS'],
);

/** `#` stands for a number, `@` for an identifier, `%` for one of the words. */
export const PATHS = weighted(
  [6, '/'],
  [9, '/products/#'],
  [7, '/products/#?ref=%&campaign=%-#'],
  [6, '/v1/orders/@'],
  [5, '/v1/orders?status=%&page=#&limit=50'],
  [6, '/search?q=%+%&sort=%&session=@'],
  [8, '/assets/app.@.js'],
  [4, '/assets/img/%/#.webp'],
  [3, '/v2/customers/@/addresses/#'],
  [3, '/cart/@/items'],
  [2, '/login?next=%2F%%2F#'],
  [2, '/hooks/%/@'],
  [1, '/export/report%20of%20#.csv'],
  [2, '/health'],
);

export const WORDS = [
  'lamp',
  'chair',
  'blue',
  'oak',
  'price',
  'newest',
  'spring',
  'mail',
  'open',
  'closed',
  'garden',
  'desk',
  'wool',
  'paid',
  'kettle',
  'linen',
  'small',
  'rug',
  'partner',
  'shelf',
] as const;

/** `#` stands for a version number. */
export const AGENTS = weighted(
  [
    9,
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1#.0.0.0 Safari/537.36',
  ],
  [
    7,
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_# like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.# Mobile/15E148 Safari/604.1',
  ],
  [
    5,
    'Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1#.0.0.0 Mobile Safari/537.36',
  ],
  [
    4,
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.# Safari/605.1.15',
  ],
  [3, 'Mozilla/5.0 (X11; Linux x86_64; rv:1#.0) Gecko/20100101 Firefox/1#.0'],
  [2, 'ExampleShop/5.#.# (Android 15; build #)'],
  [2, 'okhttp/4.#.0'],
  [2, 'python-requests/2.#.0'],
  [1, 'curl/8.#.0'],
  [1, 'ExampleBot/2.# (+https://bot.example.com/about; \\x22polite\\x22)'],
  [1, 'caf\\xC3\\xA9-monitor/1.#'],
  [1, '-'],
);
