// Adds up what vitest's JSON reports say, and prints the one line that CI ends with.
// usage: node scripts/sum-tests.mjs <passed steps> <failed steps> <report.json>…
// A step without a report (a command that must simply succeed) counts as one test. Exits with 1 if anything failed, or was skipped in CI.
import { existsSync, readFileSync } from 'node:fs'

const [passedSteps, failedSteps, ...reports] = process.argv.slice(2)
const sum = { passed: Number(passedSteps), failed: Number(failedSteps), skipped: 0 }

for (const path of reports) {
  if (!existsSync(path)) {
    sum.failed += 1
    continue
  }
  const report = JSON.parse(readFileSync(path, 'utf8'))
  sum.passed += report.numPassedTests
  sum.failed += report.numFailedTests
  sum.skipped += report.numPendingTests + report.numTodoTests
  // A file that could not even be loaded has no failed test of its own.
  sum.failed += report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length
  if (!report.success && report.numFailedTests === 0 && sum.failed === 0) sum.failed += 1
  for (const file of report.testResults) {
    if (file.status === 'failed' && file.assertionResults.length === 0)
      console.log(`failed: ${file.name} could not be loaded: ${String(file.message).slice(0, 1500)}`)
    for (const test of file.assertionResults) {
      if (test.status === 'passed') continue
      console.log(`${test.status}: ${file.name}: ${test.fullName}`)
      for (const message of test.failureMessages) console.log(message.slice(0, 1500))
    }
  }
}

console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
process.exitCode = sum.failed > 0 || (process.env.CI && sum.skipped > 0) ? 1 : 0
