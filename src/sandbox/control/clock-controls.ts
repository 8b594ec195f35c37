import { Problem } from '../../platform/web.ts'
import { keepClock } from '../clock-keeper.ts'
import type { Control, ControlDeps, Given } from './control.ts'
import { numberIn, textIn } from './read-input.ts'

export const clockControls: readonly Control[] = [
  {
    method: 'GET',
    path: '/clock',
    about: 'The time in the sandbox.',
    run: ({ clock }) => ({ now: clock.now() }),
  },
  {
    method: 'POST',
    path: '/clock',
    about: '{"now":"2026-03-02T09:00:00Z"} or {"advanceMinutes":90}. Sales that begin or end by then do so.',
    run: moveClock,
  },
  {
    method: 'POST',
    path: '/settle',
    about: 'Answers when every webhook was delivered or given up.',
    run: async ({ settle }) => settle(),
  },
]

async function moveClock({ clock, store, shop }: ControlDeps, { body }: Given): Promise<{ now: Date }> {
  if (body.now === undefined) clock.advance(numberIn(body, 'advanceMinutes') * 60_000)
  else clock.set(readTime(textIn(body, 'now')))
  keepClock(store, clock)
  await shop.runDueSales()
  return { now: clock.now() }
}

function readTime(text: string): Date {
  const time = new Date(text)
  if (Number.isNaN(time.getTime()))
    throw new Problem(400, 'invalid_request', '"now" must be a time such as 2026-03-02T09:00:00Z')
  return time
}
