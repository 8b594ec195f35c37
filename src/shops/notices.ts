// What a merchant should know: a closed list, each with a sentence and what to do.

export const noticeSentences = {
  number_stopped: 'WhatsApp takes nothing more from this number. Look into it, then start the number again.',
  number_restricted:
    'Meta restricts what this number may begin. Replies still go; campaigns wait until it ends.',
  number_slowed: 'WhatsApp asked for a slower pace. The hub slows down by itself and recovers.',
  number_paused: 'WhatsApp cannot take messages from this number for the moment. They wait.',
  account_restricted:
    'Meta has restricted or disabled the WhatsApp account. See the account quality page at Meta.',
  account_to_be_disabled:
    'Meta is going to disable the WhatsApp account. See the account quality page at Meta.',
  account_violation:
    'Meta says that the account has broken one of its rules. See the account quality page at Meta.',
  account_not_approved: 'Meta has not approved the WhatsApp account. See the account’s page at Meta.',
  account_alert: 'Meta has something to say about the WhatsApp account. See the account’s page at Meta.',
  access_refused:
    'WhatsApp does not accept the access token any more, or it may not read the number. Make a new one and put it into WHATSAPP_ACCESS_TOKEN.',
  country_restricted: 'WhatsApp does not take messages to people of this country from this account.',
  messaging_tier_reached:
    'As many people were written to in 24 hours as Meta allows. The rest waits until some of them are a day old.',
  template_stopped: 'Meta has paused, flagged, disabled or rejected this template. What needs it waits.',
  template_category_changed:
    'Meta has changed the category of this template. Its campaigns wait for your yes.',
  template_held: 'Meta is looking at how people take this new template and holds back part of its messages.',
  campaign_stopped: 'The campaign has stopped by itself. See why, then let it go on.',
  campaign_killed:
    'Somebody has stopped this campaign: nothing more of it begins until somebody lets it go on.',
  budget_reached: 'The budget of the day is used up. The rest waits for tomorrow, or for a higher budget.',
  sending_killed: 'Sending is stopped by the kill switch.',
  unknown_error_code:
    'Meta refused a message with an error code that this version does not know. It is not tried again.',
} as const

export type NoticeCode = keyof typeof noticeSentences

/** A code that is not in the list is shown as it is. */
export function sentenceOfNotice(code: string): string {
  return code in noticeSentences ? noticeSentences[code as NoticeCode] : code
}
