import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { expect, onTestFinished, test, vi } from 'vitest';
import { readTags } from '../../../lambdas/aws/tags.ts';

type Request = Readonly<Record<string, unknown>>;
type Respond = (request: Request, response: ServerResponse) => void;

/** A tagging API on loopback: the calls it got, and a client whose requests time out soon. */
const taggingApi = async (respond: Respond) => {
  const calls: Request[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      calls.push(JSON.parse(body) as Request);
      respond(JSON.parse(body) as Request, response);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const client = new ResourceGroupsTaggingAPIClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: { requestTimeout: 100, throwOnRequestTimeout: true },
  });
  onTestFinished(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { calls, read: (...types: readonly string[]) => readTags(client, ['team', 'env'], types) };
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
};

const reply = (response: ServerResponse, body: object, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(body));
};

const resource = (ResourceARN: string, tags: Readonly<Record<string, string>>) => ({
  ResourceARN,
  Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
});

test('tags of all pages of a type are read', async () => {
  const pages: Readonly<Record<string, object>> = {
    first: {
      ResourceTagMappingList: [resource('arn:1', { team: 'web', env: 'test' })],
      PaginationToken: 'a',
    },
    a: { ResourceTagMappingList: [], PaginationToken: 'b' },
    b: { ResourceTagMappingList: [resource('arn:2', { team: 'data' })], PaginationToken: '' },
  };
  const { calls, read } = await taggingApi(({ PaginationToken = 'first' }, response) =>
    reply(response, pages[String(PaginationToken)] ?? {}),
  );

  expect([...(await read('sqs'))]).toEqual([
    ['arn:1', { team: 'web', env: 'test' }],
    ['arn:2', { team: 'data' }],
  ]);
  expect(calls).toEqual([
    { ResourceTypeFilters: ['sqs'], ResourcesPerPage: 100 },
    { ResourceTypeFilters: ['sqs'], ResourcesPerPage: 100, PaginationToken: 'a' },
    { ResourceTypeFilters: ['sqs'], ResourcesPerPage: 100, PaginationToken: 'b' },
  ]);
});

test('keys that are not on the list are dropped, and resources without one that is', async () => {
  const { read } = await taggingApi((_, response) =>
    reply(response, {
      ResourceTagMappingList: [
        resource('arn:1', { team: 'web', owner: 'someone@example.com', Team: 'other' }),
        resource('arn:2', { owner: 'someone@example.com' }),
      ],
    }),
  );
  expect([...(await read('sqs'))]).toEqual([['arn:1', { team: 'web' }]]);
});

test('a call that is throttled is repeated', async () => {
  let throttled = 0;
  const { read } = await taggingApi((_, response) =>
    throttled++ < 2
      ? reply(response, { __type: 'ThrottledException', message: 'slow down' }, 400)
      : reply(response, { ResourceTagMappingList: [resource('arn:1', { env: 'test' })] }),
  );
  expect([...(await read('sqs'))]).toEqual([['arn:1', { env: 'test' }]]);
});

test('a call that is denied fails with the reason', async () => {
  const { calls, read } = await taggingApi((_, response) =>
    reply(response, { __type: 'AccessDeniedException', message: 'not allowed: tag:GetResources' }, 400),
  );
  await expect(read('sqs')).rejects.toThrow('not allowed: tag:GetResources');
  expect(calls).toHaveLength(1);
});

test('a call without a response fails in the end', async () => {
  const { read } = await taggingApi(() => undefined);
  await expect(read('sqs')).rejects.toThrow(/timed out|timeout/i);
});

test('a type that the API does not know has no tags, and does not hold up the others', async () => {
  const { read } = await taggingApi(({ ResourceTypeFilters }, response) =>
    String(ResourceTypeFilters) === 'odd:thing'
      ? reply(response, { __type: 'InvalidParameterException', message: 'Unsupported service' }, 400)
      : reply(response, { ResourceTagMappingList: [resource('arn:1', { team: 'web' })] }),
  );
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  onTestFinished(() => warn.mockRestore());

  expect([...(await read('odd:thing', 'sqs'))]).toEqual([['arn:1', { team: 'web' }]]);
  expect(warn).toHaveBeenCalledWith(
    expect.objectContaining({ message: 'tags of a type not known', type: 'odd:thing' }),
  );
});
