import type { Fault } from '../platform/errors.ts'

/** One fault for each broken rule about one place of a definition. */
export function when(
  where: string,
  rules: readonly (readonly [isBroken: boolean, message: string])[],
): Fault[] {
  return rules.flatMap(([isBroken, message]) => (isBroken ? [{ where, message }] : []))
}
