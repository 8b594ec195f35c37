import type { Tx } from '../platform/database.ts'
import { decideRampUp, type RampUpSettings } from './decide-ramp-up.ts'
import { groupBy } from './group-by.ts'
import type { Purpose } from './message.ts'
import { isMarketing } from './purpose.ts'
import {
  addToRamps,
  listRamps,
  listRampsById,
  listStampedTemplates,
  lockRamps,
  takeFromRamps,
  type RampRow,
  type TemplateKey,
} from './ramp-up-store.ts'

/** A message that is ready to go with a template. */
export interface WantedTemplate extends TemplateKey {
  messageId: number
  purpose: Purpose
}

export interface RampUpDeferral {
  kind: 'defer'
  until: Date
  reason: 'template_held' | 'template_ramp_up'
}

/**
 * Counts campaigns and alerts against the ramp-up of their templates, in the order given; by id, those that must wait. Templates that
 * are past it are only read: in full flow nothing is locked.
 */
export async function takeRampUp(
  tx: Tx,
  wanted: readonly WantedTemplate[],
  settings: RampUpSettings,
  now: Date,
): Promise<Map<number, RampUpDeferral>> {
  const marketing = wanted.filter(({ purpose }) => isMarketing(purpose))
  if (marketing.length === 0) return new Map()
  const byKey = groupBy(marketing, keyOf)
  const seen = await listRamps(
    tx,
    [...byKey.values()].flatMap((messages) => messages.slice(0, 1)),
  )
  const ramping = seen.filter((row) => decideRampUp(row, settings, now).kind !== 'open').map(({ id }) => id)
  if (ramping.length === 0) return new Map()
  // Locked in one statement and read in the next, which sees what others counted until then.
  await lockRamps(tx, ramping)
  const rows = await listRampsById(tx, ramping)
  const decided = rows.map((row) => takeFrom(row, byKey.get(keyOf(toKey(row))) ?? [], { settings, now }))
  await addToRamps(
    tx,
    decided.flatMap(({ taken }) => taken ?? []),
    now,
  )
  return new Map(decided.flatMap(({ deferred }) => deferred))
}

function takeFrom(
  row: RampRow,
  messages: readonly WantedTemplate[],
  { settings, now }: { settings: RampUpSettings; now: Date },
): { taken?: { id: number; hour: number; sent: number }; deferred: [number, RampUpDeferral][] } {
  const ramp = decideRampUp(row, settings, now)
  const defer = (those: readonly WantedTemplate[], until: Date, reason: RampUpDeferral['reason']) =>
    those.map(({ messageId }): [number, RampUpDeferral] => [messageId, { kind: 'defer', until, reason }])
  switch (ramp.kind) {
    case 'open':
      return { deferred: [] }
    case 'closed':
      return { deferred: defer(messages, ramp.until, ramp.reason) }
    case 'steps': {
      const count = Math.min(ramp.left, messages.length)
      const deferred = defer(messages.slice(count), ramp.nextAt, 'template_ramp_up')
      return count === 0
        ? { deferred }
        : { deferred, taken: { id: row.id, hour: ramp.hour, sent: ramp.sent + count } }
    }
  }
}

/** Messages that were counted, and were then held back by something else. */
export async function returnRampUp(tx: Tx, messages: readonly WantedTemplate[]): Promise<void> {
  const marketing = messages.filter(({ purpose }) => isMarketing(purpose))
  const given = [...groupBy(marketing, keyOf).values()].flatMap((alike) =>
    alike.slice(0, 1).map((one) => ({ ...one, count: alike.length })),
  )
  await takeFromRamps(tx, given)
}

/** Messages that were counted and stamped, and then never called. */
export async function returnRampUpOfUncalled(tx: Tx, messageIds: readonly number[]): Promise<void> {
  await returnRampUp(tx, await listStampedTemplates(tx, messageIds))
}

function keyOf({ wabaId, templateName, templateLanguage }: TemplateKey): string {
  return `${wabaId} ${templateName} ${templateLanguage}`
}

function toKey({ wabaId, name, language }: RampRow): TemplateKey {
  return { wabaId, templateName: name, templateLanguage: language }
}
