import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/property-seed.ts'],
    include: ['test/**/*.test.ts'],
    exclude: ['test/long/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The tests mostly wait for PostgreSQL; one worker a core would leave the cores idle.
    maxWorkers: 4,
    pool: 'forks',
    // No test changes a module for others, and loading them anew for each of some two hundred files took half of the time.
    isolate: false,
  },
})
