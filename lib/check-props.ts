/** @throws Error with the fault of every rule that is broken */
export const checkProps = (rules: readonly (readonly [isBroken: unknown, fault: string])[]): void => {
  const faults = rules.flatMap(([isBroken, fault]) => (isBroken ? [fault] : []));
  if (faults.length > 0) throw new Error(faults.join('. '));
};
