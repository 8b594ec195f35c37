import { defineConfig } from 'vitest/config'

const shared = {
  globalSetup: ['test/support/global-setup.ts'],
  setupFiles: ['test/support/property-seed.ts'],
  testTimeout: 600_000,
  hookTimeout: 120_000,
  pool: 'forks' as const,
}

/** They kill processes and look at how fast things go: nothing else may run beside them. */
const alone = ['crash', 'kill', 'roles', 'servers-die'].map((name) => `test/long/${name}.test.ts`)

// What takes minutes: kill tests, long property runs, the exhaustive model.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'beside each other',
          include: ['test/long/**/*.test.ts'],
          exclude: alone,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: { ...shared, name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
    ],
  },
})
