/**
 * So many workers, each of which takes steps until it finds nothing to do (undefined); a step returns how many things it did. When one
 * fails, the others end with the step they are in, and it is thrown.
 */
export async function takeSteps(atOnce: number, step: () => Promise<number | undefined>): Promise<number> {
  let done = 0
  let isOver = false
  const worker = async (): Promise<void> => {
    while (!isOver) {
      const taken = await step().catch((thrown: unknown) => {
        isOver = true
        throw thrown
      })
      if (taken === undefined) return
      done += taken
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, worker))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return done
}
