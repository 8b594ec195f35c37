import type { MessageState } from './message.ts'

const sentences: Readonly<Record<MessageState, string>> = {
  waiting: 'It waits for its time, or for what holds it up to end.',
  sending: 'It is being sent at this moment.',
  uncertain: 'It was sent off, and nobody knows yet whether it arrived.',
  accepted: 'WhatsApp has taken it.',
  sent: 'WhatsApp has sent it on; the phone has not had it yet.',
  delivered: 'It is on the person’s phone.',
  read: 'The person has read it.',
  failed: 'It did not reach the person, and is not tried again.',
  outcome_unknown: 'It may or may not have arrived; it is not sent again, and counts as sent.',
  suppressed: 'It was not sent, for the reason given.',
  expired: 'It was not sent: its time was over before it could go.',
  held_out: 'It was not sent on purpose, so that the effect of the campaign can be measured.',
}

const held = 'WhatsApp has taken it, and holds it back until it has seen how people take the new template.'

/** What a merchant reads of a message's state. `messageStatus`: what Meta said when it took it. */
export function sentenceOfState(state: string, messageStatus: string | null): string {
  if (state === 'accepted' && messageStatus === 'held_for_quality_assessment') return held
  return state in sentences ? sentences[state as MessageState] : state
}
