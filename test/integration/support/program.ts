/** The path of a program that a test runs, from an environment variable; where it is missing, says so once. */
export const program = (variable: string): string | undefined => {
  const path = process.env[variable] || undefined;
  if (path === undefined) {
    console.info(`Skipped: ${variable} names no program. This installs it: eval "$(.ci/tools)"`);
  }
  return path;
};
