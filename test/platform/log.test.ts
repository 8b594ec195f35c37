import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HubError } from '../../src/platform/errors.ts'
import { createLog, type Logger } from '../../src/platform/log.ts'
import { redact, redactText } from '../../src/platform/redact.ts'

function logTo(lines: string[]): Logger {
  return createLog({ level: 'trace', pretty: false, destination: { write: (line) => void lines.push(line) } })
}

const phone = '5511987654321'
const token = 'EAAGm0PX4ZCpsBAKZCZBxyz123'

test('phones, names, texts and tokens do not reach a line, wherever they were put', () => {
  const lines: string[] = []
  const log = logTo(lines)
  log.info(
    { phone, nested: { deeper: [{ wa_id: phone, profile: { name: 'Ana Lima' } }] } },
    `Wrote to +55 11 98765-4321`,
  )
  log.warn({ headers: { Authorization: `Bearer ${token}`, 'X-Hub-Signature-256': 'sha256=abcdef' } })
  log.error(new Error(`POST https://x.example/?access_token=${token} failed for ana@example.com`))
  log.error({ err: new HubError('no', 'No', { cause: new Error(`token ${token}`) }) }, 'failed')
  log
    .child({ email: 'ana@example.com', firstName: 'Ana' })
    .info('%s said %o', phone, { text: 'my secret wish' })
  const all = lines.join('')
  for (const secret of [phone, '98765', 'Ana', token, 'abcdef', 'ana@example.com', 'secret wish'])
    expect(all).not.toContain(secret)
  expect(lines).toHaveLength(5)
})

test('ids and counts stay readable', () => {
  const lines: string[] = []
  logTo(lines).info(
    { shopId: 1, phoneNumberId: '106540352242922', lane: 'outbox', messageId: 17, wamid: 'wamid.HBgN' },
    'sent 3',
  )
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'info',
    shopId: 1,
    phoneNumberId: '106540352242922',
    lane: 'outbox',
    messageId: 17,
    wamid: 'wamid.HBgN',
    msg: 'sent 3',
  })
})

test("an error keeps its kind, sentence, code and stack, but not a library's copy of the request", () => {
  const error = Object.assign(new Error('broke'), { code: 'E1', config: { headers: { authorization: 'x' } } })
  expect(redact(error)).toMatchObject({
    type: 'Error',
    message: 'broke',
    code: 'E1',
    stack: expect.stringContaining('log.test.ts'),
  })
  expect(redact(error)).not.toHaveProperty('config')
})

test.each([
  ['postgresql://hub:geheim@db/hub', 'postgresql://hub:[hidden]@db/hub'],
  ['ck_0123456789abcdef and cs_0123456789abcdef', '[hidden] and [hidden]'],
  ['called +49 (170) 123-4567 today', 'called [hidden] today'],
  [`number ${phone} unknown`, 'number [hidden] unknown'],
  [
    'at 2026-03-02T09:00:00.123Z, order 4711, 3 of 200000000 rows',
    'at 2026-03-02T09:00:00.123Z, order 4711, 3 of 200000000 rows',
  ],
  ['at node_modules/@scope/package.js:10:3', 'at node_modules/@scope/package.js:10:3'],
])('in free text, %s becomes %s', (text, expected) => {
  expect(redactText(text)).toBe(expected)
})

test('whatever is logged, a phone under a private name never shows, and nothing throws', () => {
  fc.assert(
    fc.property(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
      (value) => {
        const text = JSON.stringify(redact({ value, around: [{ inner: value, waId: phone }] }))
        expect(text).not.toContain(phone)
      },
    ),
  )
})

test('a circle does not hang the log', () => {
  const circle: Record<string, unknown> = { id: 1 }
  circle['self'] = circle
  expect(redact(circle)).toEqual({ id: 1, self: '[…]' })
})
