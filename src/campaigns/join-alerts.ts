import type { Tx } from '../platform/database.ts'
import { linkCandidacies } from '../outbox/message-candidacies.ts'
import { findUnsentAlerts, listOtherWaitingAlerts } from './join-alerts-store.ts'
import { updateCandidacies } from './log-store.ts'

const minuteMs = 60_000

/**
 * Alerts of one person that are due close together become one message, which counts once: candidacies of people who already have
 * an alert reserved and not yet started go into that message. Returns the candidacies that were joined.
 */
export async function joinAlerts(
  tx: Tx,
  about: { candidacies: readonly { id: number; personId: number }[]; withinMinutes: number; now: Date },
): Promise<Set<number>> {
  if (about.candidacies.length === 0) return new Set()
  const dueBefore = new Date(about.now.getTime() + about.withinMinutes * minuteMs)
  const personIds = about.candidacies.map((candidacy) => candidacy.personId)
  const messageOf = new Map(
    (await findUnsentAlerts(tx, personIds, dueBefore)).map((row) => [row.personId, row.messageId]),
  )
  const joined = about.candidacies.flatMap((candidacy) => {
    const messageId = messageOf.get(candidacy.personId)
    return messageId === undefined ? [] : [{ candidacyId: candidacy.id, messageId }]
  })
  await join(tx, joined, about.now)
  return new Set(joined.map((link) => link.candidacyId))
}

/** The other way round: alerts of other products that wait for the same person's next hour come along in the message just reserved. */
export async function pullOtherAlerts(
  tx: Tx,
  about: {
    alerts: readonly { personId: number; messageId: number }[]
    runId: number
    withinMinutes: number
    now: Date
  },
): Promise<void> {
  if (about.alerts.length === 0) return
  const messageOf = new Map(about.alerts.map((alert) => [alert.personId, alert.messageId]))
  const waiting = await listOtherWaitingAlerts(tx, {
    personIds: [...messageOf.keys()],
    exceptRunId: about.runId,
    dueBefore: new Date(about.now.getTime() + about.withinMinutes * minuteMs),
  })
  const pulled = waiting.flatMap((row) => {
    const messageId = messageOf.get(row.personId)
    return messageId === undefined ? [] : [{ candidacyId: row.candidacyId, messageId }]
  })
  await join(tx, pulled, about.now)
}

async function join(
  tx: Tx,
  links: readonly { candidacyId: number; messageId: number }[],
  now: Date,
): Promise<void> {
  if (links.length === 0) return
  await linkCandidacies(tx, links)
  await updateCandidacies(
    tx,
    links.map((link) => ({
      id: link.candidacyId,
      state: 'reserved',
      reason: null,
      messageId: link.messageId,
    })),
    now,
  )
}
