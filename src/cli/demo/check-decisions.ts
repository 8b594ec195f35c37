import type { LoggedDecision } from './hub-rows-store.ts'
import type { Journal, Told } from './journal.ts'
import type { Play } from './play.ts'

/** What the log says of messages is what became of them at WhatsApp; and what it says of people is true of them. */
export function checkDecisions(
  { teller, cast, stage }: Play,
  journal: Journal,
  decisions: readonly LoggedDecision[],
): void {
  const byMark = new Map(journal.told.map((message) => [message.callbackId, message]))
  teller.claim(
    `the log holds ${decisions.length} decisions, each in the state in which WhatsApp has its message`,
    decisions.flatMap((decision) => {
      const message = decision.callbackId === null ? undefined : byMark.get(decision.callbackId)
      return isTrue(decision, message)
        ? []
        : [`${decision.kind} to ${decision.phone ?? 'nobody'}: ${decision.state}`]
    }),
  )
  const answered = new Set(decisions.map(({ callbackId }) => callbackId))
  teller.claim(
    'no message without a decision',
    journal.told
      .filter(({ callbackId }) => !answered.has(callbackId))
      .map(({ template, at }) => `${template} ${at.toISOString()}`),
  )
  const idOf = new Map(stage.sandbox.whatsapp.people().map(({ phone, id }) => [phone, id]))
  const started = new Set(journal.said.filter(({ isStart }) => isStart).map(({ personId }) => personId))
  const stopped = new Set(journal.said.filter(({ isStop }) => isStop).map(({ personId }) => personId))
  const american = new Set(cast.filter(({ country }) => country === 'US').map(({ id }) => id))
  const isSo: Readonly<Record<string, (personId: string) => boolean>> = {
    no_consent: (personId) => !started.has(personId),
    opted_out: (personId) => stopped.has(personId),
    us_marketing_blocked: (personId) => american.has(personId) || !started.has(personId),
  }
  const checked = decisions.filter(({ reason }) => reason !== null && reason in isSo)
  teller.claim(
    `${checked.length} times it says “no consent”, “opted out” or “United States”, and rightly so`,
    checked
      .filter(({ reason, phone }) => isSo[reason ?? '']?.(idOf.get(phone ?? '') ?? '') === false)
      .map(
        ({ kind, phone, reason, at }) =>
          `${kind} to ${phone ?? 'nobody'}: ${reason ?? ''} on ${at.toISOString()}`,
      ),
  )
}

function isTrue({ state }: LoggedDecision, message: Told | undefined): boolean {
  switch (state) {
    case 'delivered':
      return message !== undefined && message.deliveredAt !== null
    case 'sent':
      return message !== undefined && message.deliveredAt === null && !message.failed
    case 'failed':
      return message?.failed === true
    default:
      return message === undefined
  }
}
