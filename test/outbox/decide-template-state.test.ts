import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideRampUp } from '../../src/outbox/decide-ramp-up.ts'
import { decideTemplateState, type TemplateNews } from '../../src/outbox/decide-template-state.ts'
import { unmade } from '../../src/outbox/template-states.ts'
import type { TemplateState } from '../../src/outbox/template.ts'

const start = new Date('2026-03-02T12:00:00Z')
const minute = 60_000
const at = (minutes: number): Date => new Date(start.getTime() + minutes * minute)

const approved: TemplateState = {
  ...unmade,
  status: 'APPROVED',
  category: 'MARKETING',
  acceptedCategory: 'MARKETING',
  statusAt: at(-60),
  usableSince: at(-60),
  rampStartedAt: at(-50),
  rampHour: 0,
  rampSent: 40,
}

const status = (name: string, minutes: number): TemplateNews => ({
  at: at(minutes),
  status: { name, reason: null, details: null },
})
const listed = (name: string, minutes: number, more: Partial<TemplateNews> = {}): TemplateNews => ({
  ...status(name, minutes),
  isReading: true,
  ...more,
})
const after = (before: TemplateState, ...news: TemplateNews[]): TemplateState =>
  news.reduce((state, one) => decideTemplateState(state, one, one.at), before)

describe('what is known of a template', () => {
  test('is the latest word of Meta’s, in whatever order and however often it comes', () => {
    const news = fc.record(
      {
        minutes: fc.nat(20),
        status: fc.constantFrom(
          'PENDING',
          'APPROVED',
          'FLAGGED',
          'PAUSED',
          'REJECTED',
          'DISABLED',
          'DELETED',
        ),
        category: fc.constantFrom('MARKETING', 'UTILITY'),
        quality: fc.constantFrom('GREEN', 'YELLOW', 'RED', 'UNKNOWN'),
      },
      { requiredKeys: ['minutes'] },
    )
    const toNews = ({
      minutes,
      status: name,
      ...rest
    }: {
      minutes: number
      status?: string
    }): TemplateNews => ({
      ...rest,
      at: at(minutes),
      ...(name === undefined ? {} : { status: { name, reason: null, details: null } }),
    })
    const shown = ({ status, category, quality, acceptedCategory, usableSince }: TemplateState) => ({
      status,
      category,
      quality,
      acceptedCategory,
      isUsable: usableSince !== null,
    })
    fc.assert(
      fc.property(
        fc.array(news, { maxLength: 8 }),
        fc.infiniteStream(fc.double({ noNaN: true })),
        (told, chance) => {
          const all = told.map(toNews)
          const shuffled = [...all, ...all]
            .map((one) => ({ one, key: chance.next().value as number }))
            .toSorted((first, second) => first.key - second.key)
            .map(({ one }) => one)
          const end = (order: TemplateNews[]) =>
            shown(order.reduce((state, one) => decideTemplateState(state, one, at(30)), approved))
          expect(end(shuffled)).toEqual(end(all))
        },
      ),
    )
  })

  test('is not undone by a list that was asked for before, nor by a webhook that comes hours late', () => {
    expect(after(approved, status('PAUSED', 10), listed('APPROVED', 9)).status).toBe('PAUSED')
    expect(after(approved, listed('APPROVED', 100), status('PAUSED', 10)).status).toBe('APPROVED')
    // Clocks differ by a few minutes.
    expect(after(approved, listed('APPROVED', 100), status('PAUSED', 97)).status).toBe('PAUSED')
  })

  test('goes on being flagged while lists call it approved, until its quality is good or a week has passed', () => {
    const flagged = after(approved, status('FLAGGED', 0))
    expect(flagged).toMatchObject({ status: 'FLAGGED', usableSince: null })
    expect(after(flagged, listed('APPROVED', 60)).status).toBe('FLAGGED')
    expect(after(flagged, listed('PAUSED', 60)).status).toBe('PAUSED')
    expect(after(flagged, listed('APPROVED', 60, { quality: 'GREEN' })).status).toBe('APPROVED')
    expect(after(flagged, listed('APPROVED', 8 * 24 * 60)).status).toBe('APPROVED')
    expect(after(flagged, status('APPROVED', 60)).status).toBe('APPROVED')
  })

  test('begins its ramp-up anew when Meta lets it go after a stop, not when it hears again that it is approved', () => {
    const again = after(approved, status('PAUSED', 1), status('APPROVED', 200))
    expect(again).toMatchObject({ usableSince: at(200), rampStartedAt: null, rampSent: 0 })
    const same = after(approved, status('APPROVED', 5), listed('APPROVED', 60))
    expect(same).toMatchObject({ usableSince: at(-60), rampStartedAt: at(-50), rampSent: 40 })
  })

  test('remembers the category that a merchant knows of', () => {
    const moved = after(approved, { at: at(1), category: 'UTILITY' })
    expect(moved).toMatchObject({ category: 'UTILITY', acceptedCategory: 'MARKETING' })
    expect(after(moved, { at: at(2), category: 'MARKETING' })).toMatchObject({
      category: 'MARKETING',
      acceptedCategory: 'MARKETING',
    })
    const early = after({ ...approved, acceptedCategory: null }, { at: at(1), category: 'UTILITY' })
    expect(early.acceptedCategory).toBe('MARKETING')
  })

  test('is no longer held back once its quality is good', () => {
    const held = { ...approved, rampHeldAt: at(0) }
    expect(after(held, { at: at(1), quality: 'YELLOW' }).rampHeldAt).toEqual(at(0))
    expect(after(held, { at: at(1), quality: 'GREEN' }).rampHeldAt).toBeNull()
    expect(after(held, status('PAUSED', 1)).rampHeldAt).toBeNull()
  })

  test('has its ramp-up behind it once its quality was good, until Meta stops it', () => {
    const settings = { firstHour: 1, perHour: 1, hours: 24 }
    const unused = { ...approved, rampStartedAt: null, rampSent: 0 }
    const good = after(unused, { at: at(1), quality: 'GREEN' }, { at: at(60), quality: 'YELLOW' })
    expect(decideRampUp(good, settings, at(61))).toEqual({ kind: 'open' })
    const again = after(good, status('PAUSED', 70), status('APPROVED', 300))
    expect(decideRampUp(again, settings, at(301))).toMatchObject({ kind: 'steps', left: 1 })
  })

  test('keeps what Meta said of a pause while lists only repeat that it is paused', () => {
    const details = { title: 'FIRST_PAUSE', description: 'Quality.' }
    const paused = after(approved, { at: at(1), status: { name: 'PAUSED', reason: 'r', details } })
    expect(after(paused, listed('PAUSED', 60))).toMatchObject({ statusDetails: details, reason: 'r' })
    expect(after(paused, listed('APPROVED', 60))).toMatchObject({ statusDetails: null, reason: null })
    const failure = status('PAUSED', 1)
    const webhook = { at: at(1), status: { name: 'PAUSED', reason: null, details } }
    expect(after(approved, failure, webhook).statusDetails).toEqual(details)
    expect(after(approved, webhook, failure).statusDetails).toEqual(details)
  })
})
