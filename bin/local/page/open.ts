import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSession, type SessionOptions } from './session.ts';
import { servePage } from './server.ts';

/** Serves the page until the command is stopped. */
export const openPage = async (options: SessionOptions, print: (text: string) => void): Promise<void> => {
  const { url, close } = await servePage(openSession(options));
  print(`The page is ${url} (on this machine only). Ctrl-C ends it.`);
  openBrowser(url);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await close();
};

/** Where there is a desktop; elsewhere the printed URL has to do. */
const openBrowser = (url: string): void => {
  const { platform, env, stdout } = process;
  const [command, ...args] =
    platform === 'darwin'
      ? ['open', url]
      : platform === 'win32'
        ? ['cmd', '/c', 'start', '""', url]
        : ['xdg-open', url];
  const hasDesktop =
    platform !== 'linux' || env['DISPLAY'] !== undefined || env['WAYLAND_DISPLAY'] !== undefined;
  if (!stdout.isTTY || !hasDesktop || command === undefined) return;
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
};
