import { awsFault } from '../shared/aws-fault.ts';

/** Result of a check, in words; and for a warning or a failure what to do about it. */
export type Finding =
  | { readonly status: 'ok' | 'skip'; readonly found: string }
  | { readonly status: 'warn' | 'fail'; readonly found: string; readonly remedy: string };

/** One thing that has to be right, for each of its subjects: a pipeline, a load balancer, or the stack as a whole. */
export interface Check<C, Subject> {
  readonly name: string | ((subject: Subject) => string);
  /** IAM actions that it needs. */
  readonly actions: readonly string[];
  readonly subjects: (context: C) => readonly Subject[] | Promise<readonly Subject[]>;
  readonly run: (context: C, subject: Subject) => Finding | Promise<Finding>;
}

/** A check of the table, whatever its subjects are. */
export interface Row<C> {
  readonly actions: readonly string[];
  readonly run: (context: C) => AsyncIterable<readonly [name: string, Finding]>;
}

export const ok = (found: string): Finding => ({ status: 'ok', found });
export const skip = (found: string): Finding => ({ status: 'skip', found });
export const warn = (found: string, remedy: string): Finding => ({ status: 'warn', found, remedy });
export const fail = (found: string, remedy: string): Finding => ({ status: 'fail', found, remedy });

/** Subjects of a check that is made once. */
export const once = (): readonly undefined[] => [undefined];

/** A row of the table. Whatever a check throws is its own finding, so that the others still run. */
export const row = <C, Subject>({ name, actions, subjects, run }: Check<C, Subject>): Row<C> => ({
  actions,
  run: async function* (context) {
    for (const subject of await subjects(context)) {
      const finding = await attempt(() => run(context, subject), actions);
      yield [typeof name === 'string' ? name : name(subject), finding] as const;
    }
  },
});

const attempt = async (
  run: () => Finding | Promise<Finding>,
  actions: readonly string[],
): Promise<Finding> => {
  try {
    return await run();
  } catch (error) {
    const fault = awsFault(error, actions);
    if (fault !== undefined) return (fault.kind === 'denied' ? warn : fail)(fault.found, fault.remedy);
    return fail(error instanceof Error ? error.message : String(error), 'fix that, and run this again');
  }
};
