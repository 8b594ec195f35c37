import type { FailureReason } from '../connectors/meta/failure-table.ts'

// Why a message waits, or ended without reaching anybody: a closed list, each with the sentence a merchant reads. Checks that run
// before sending add reasons of their own (campaigns/reasons.ts).

const ofFailures = {
  account_blocked:
    'Meta has blocked or restricted the WhatsApp account; the message waits until the number is started again.',
  account_misclassified:
    'Meta limits the account because of templates in the wrong category; the message waits until the number is started again.',
  bsuid_unsupported:
    'This message cannot go to a WhatsApp user id, and the person’s phone number is not known or did not work either.',
  country_restricted: 'Meta does not let this account write to people in this country.',
  display_name_refused:
    'Meta asks for a display name before this number may send; the message waits until the number is started again.',
  marketing_endpoint_required:
    'Meta takes this account’s marketing only through its Marketing Messages endpoint: switch on sending.marketingMessagesApi.',
  marketing_endpoint_unavailable:
    'Meta does not offer its Marketing Messages endpoint to this account: switch off sending.marketingMessagesApi.',
  marketing_experiment: 'Meta keeps this person free of marketing for an experiment of its own.',
  marketing_limited: 'Meta held the message back because this person has had enough marketing for now.',
  media_unavailable: 'WhatsApp could not load the picture, video or document of the message.',
  meta_stop: 'This person stopped marketing messages in WhatsApp itself.',
  number_in_maintenance: 'Meta is working on the shop’s number; the message goes in a minute or two.',
  number_unreachable: 'This number cannot be reached on WhatsApp.',
  number_unregistered:
    'The shop’s number is not registered with WhatsApp; the message waits until the number is started again.',
  parameters_invalid: 'The values do not fit the template.',
  payment_problem:
    'Meta cannot charge the WhatsApp account; the message waits until the number is started again.',
  permission_missing:
    'The shop’s access token lacks a permission; the message waits until the number is started again.',
  person_blocked: 'The shop has blocked this person in WhatsApp.',
  person_throttled: 'This person got too many messages in a short time; the message is tried again soon.',
  refused: 'WhatsApp refused the message.',
  spam_limited:
    'Too many people blocked or reported the shop’s number, and Meta limits it; the message waits until the number is started again.',
  template_disabled: 'Meta has disabled the template.',
  template_missing: 'No approved template exists in this person’s language or the shop’s.',
  template_paused: 'Meta has paused the template.',
  template_syncing:
    'Meta’s Marketing Messages endpoint is still reading the template; the message is tried again in ten minutes.',
  temporarily_refused: 'WhatsApp could not take the message for the moment; it is tried again later.',
  throttled: 'WhatsApp asked for a slower pace; the message is tried again later.',
  token_invalid:
    'The shop’s access token is not valid any more; the message waits until the number is started again.',
  unknown_error_code:
    'WhatsApp refused the message with a code that this version does not know; it is not tried again.',
  window_24h_closed: 'A free message is only allowed within 24 hours of the person’s last message.',
} as const satisfies Record<FailureReason, string>

export const messageReasons = {
  ...ofFailures,
  no_address: 'This person has no number or WhatsApp id to write to.',
  template_outdated:
    'The template at Meta is not as this version would make it. It is sent as it is; with another link clicks are not seen.',
  template_rejected: 'Meta has rejected the template.',
  template_pending: 'The template is still to be made, or Meta is reviewing it; the message waits.',
  template_flagged: 'People complain about the template, and Meta may disable it; its campaigns wait.',
  template_held: 'Meta looks at how people take this template before it sends more of it; the message waits.',
  template_ramp_up: 'The template is new and goes to few people at first; the message waits for its turn.',
  category_changed:
    'Meta has changed the template’s category; its messages wait for a merchant’s yes, and go by a marketing template only.',
  number_stopped: 'The shop’s WhatsApp number is stopped.',
  check_failed: 'The check before sending failed; it is tried again in a minute.',
  sent_again:
    'WhatsApp never answered an attempt, and no news of it came either, so this reply is sent once more.',
  unanswered:
    'WhatsApp did not answer, so nobody knows yet whether the message went out. News of it is awaited before anything else is done.',
  contact_pace: 'This person got a message a moment ago; the next one follows some seconds later.',
  killed: 'Sending is stopped by the kill switch; the message waits.',
  budget_reached: 'The budget of the day is used up; the message waits for the next day.',
  tier_reached:
    'As many people were written to in 24 hours as Meta allows; the message waits until some of them are a day old.',
  throughput_upgrade: 'Meta is raising the rate of the number, which takes up to a minute.',
  account_restricted: 'Meta has restricted the WhatsApp account for a time.',
  account_disabled: 'Meta has disabled the WhatsApp account.',
  account_deleted: 'The WhatsApp account was deleted.',
  number_restricted: 'Meta restricts what this number may begin; the message waits until it ends.',
  outcome_unknown:
    'WhatsApp never answered. So that nobody gets it twice, the message is not sent again, and it counts as sent; should news of it come, it is corrected.',
  expired: 'The reason for the message was too old before it could be sent.',
} as const

export type MessageReason = keyof typeof messageReasons
