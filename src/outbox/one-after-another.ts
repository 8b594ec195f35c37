import { isDatabaseAway } from '../platform/database.ts'
import { describeError } from '../platform/errors.ts'

/**
 * What fails keeps nobody behind it from theirs: the first failure is thrown at the end. Only a database that is away ends it at once;
 * those behind would each wait for it in vain.
 */
export async function oneAfterAnother<T>(
  all: Iterable<T>,
  work: (one: T) => Promise<unknown>,
): Promise<void> {
  let failure: Error | undefined
  for (const one of all) {
    try {
      await work(one)
    } catch (thrown) {
      if (isDatabaseAway(thrown)) throw thrown
      failure ??= thrown instanceof Error ? thrown : new Error(describeError(thrown))
    }
  }
  if (failure !== undefined) throw failure
}
