import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const shared = {
  globalSetup: ['test/support/global-setup.ts'],
  setupFiles: ['test/support/property-seed.ts'],
  testTimeout: 600_000,
  hookTimeout: 120_000,
  pool: 'forks' as const,
}

const file = (name: string): string => `test/long/${name}.test.ts`

/** It looks at how fast things go over several processes: nothing else may run beside it. */
const alone = ['roles'].map(file)

/** What takes longest begins first, so that no single one is left for the end. Half of them mostly wait. */
const longestFirst = ['oracle', 'kill', 'crash', 'daily-slots', 'embedded-postgres', 'invariants'].map(file)

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = longestFirst.findIndex((name) => moduleId.endsWith(name))
      return at === -1 ? longestFirst.length : at
    }
    return [...files].sort((a, b) => rank(a) - rank(b))
  }
}

// What takes minutes: kill tests, long property runs, the exhaustive model.
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...shared,
          name: 'beside each other',
          include: ['test/long/**/*.test.ts'],
          exclude: alone,
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: { ...shared, name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
    ],
  },
})
