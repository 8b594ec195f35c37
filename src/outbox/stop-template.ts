import type { Tx } from '../platform/database.ts'
import { heldForMs } from './decide-ramp-up.ts'
import { decideTemplateState } from './decide-template-state.ts'
import { keepTemplates, type KeepDeps } from './keep-templates.ts'
import { lockTemplatesOfMessages } from './template-store.ts'
import type { Template } from './template.ts'

/** Stops the template a message was sent with, after a refusal that says it cannot be used; only one that passed for usable. */
export async function stopTemplateOfMessage(
  tx: Tx,
  message: { id: number; failedAt: Date | null },
  stop: { status: string; reason: string; now: Date },
): Promise<void> {
  const at = message.failedAt ?? stop.now
  const news = { at, status: { name: stop.status, reason: stop.reason, details: null } }
  await changeUsable(tx, {}, [message.id], {
    // A refusal from before it was unpaused says nothing about it now.
    decide: (one) =>
      one.usableSince !== null && at < one.usableSince
        ? one
        : { ...one, ...decideTemplateState(one, news, stop.now) },
    now: stop.now,
  })
}

/**
 * Meta has taken messages and keeps them until it has seen how people take the template (templates/template-pacing). Until it lets go,
 * nothing more goes with it: when the template does not pass, what is held back never arrives.
 */
export async function holdTemplates(
  tx: Tx,
  messages: readonly { messageId: number; messageStatus: string }[],
  now: Date,
): Promise<void> {
  const idsOf = (status: string): number[] =>
    messages.filter((one) => one.messageStatus === status).map((one) => one.messageId)
  await changeUsable(tx, {}, idsOf('held_for_quality_assessment'), {
    decide: (one) => ({ ...one, rampHeldAt: heldSince(one, now) }),
    now,
  })
  const paused = { at: now, status: { name: 'PAUSED', reason: 'message_status paused', details: null } }
  await changeUsable(tx, {}, idsOf('paused'), {
    decide: (one) => ({ ...one, ...decideTemplateState(one, paused, now) }),
    now,
  })
}

/** A message that was held has gone out: Meta lets the template go. */
export async function releaseTemplates(
  tx: Tx,
  deps: KeepDeps,
  messageIds: readonly number[],
  now: Date,
): Promise<void> {
  await changeUsable(tx, deps, messageIds, { decide: (one) => ({ ...one, rampHeldAt: null }), now })
}

// The first of those that were held together; when an hour has passed, it begins anew.
function heldSince({ rampHeldAt }: Template, now: Date): Date {
  return rampHeldAt !== null && now.getTime() < rampHeldAt.getTime() + heldForMs ? rampHeldAt : now
}

async function changeUsable(
  tx: Tx,
  deps: KeepDeps,
  messageIds: readonly number[],
  { decide, now }: { decide: (template: Template) => Template; now: Date },
): Promise<void> {
  if (messageIds.length === 0) return
  const templates = await lockTemplatesOfMessages(tx, messageIds)
  const changes = templates
    .filter(({ status }) => status === 'APPROVED' || status === 'FLAGGED')
    .map((before) => ({ before, after: decide(before) }))
  const changed = changes.filter(
    ({ before, after }) =>
      before.status !== after.status || before.rampHeldAt?.getTime() !== after.rampHeldAt?.getTime(),
  )
  await keepTemplates(tx, deps, changed, now)
}
