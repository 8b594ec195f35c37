// Why a message waits, or ended without reaching anybody: a closed list, each with the sentence a merchant reads. Checks that run
// before sending add reasons of their own (campaigns/reasons.ts).

export const messageReasons = {
  no_address: 'This person has no number or WhatsApp id to write to.',
  window_24h_closed: 'A free message is only allowed within 24 hours of the person’s last message.',
  template_missing: 'No approved template exists in this person’s language or the shop’s.',
  template_paused: 'Meta has paused the template.',
  template_outdated:
    'The template at Meta is not as this version would make it. It is sent as it is; with another link clicks are not seen.',
  template_disabled: 'Meta has disabled the template.',
  template_rejected: 'Meta has rejected the template.',
  category_changed: 'Meta has changed the template’s category; it waits for a merchant’s yes.',
  parameters_invalid: 'The values do not fit the template.',
  number_stopped: 'The shop’s WhatsApp number is stopped.',
  number_unreachable: 'This number cannot be reached on WhatsApp.',
  marketing_limited: 'Meta held the message back because this person has had enough marketing for now.',
  meta_stop: 'This person stopped marketing messages in WhatsApp itself.',
  throttled: 'WhatsApp asked for a slower pace; the message is tried again later.',
  temporarily_refused: 'WhatsApp could not take the message for the moment; it is tried again later.',
  refused: 'WhatsApp refused the message.',
  check_failed: 'The check before sending failed; it is tried again in a minute.',
  sent_again: 'WhatsApp never answered the first attempt, so this reply is sent once more.',
  killed: 'Sending is stopped by the kill switch; the message waits.',
  budget_reached: 'The budget of the day is used up; the message waits for the next day.',
  tier_reached:
    'As many people were written to in 24 hours as Meta allows; the message waits until some of them are a day old.',
  number_restricted: 'Meta restricts what this number may begin; the message waits until it ends.',
  outcome_unknown: 'WhatsApp never answered; the message is not sent again, and counts as sent.',
  expired: 'The reason for the message was too old before it could be sent.',
} as const

export type MessageReason = keyof typeof messageReasons
