import { messageReasons } from '../outbox/message-reasons.ts'

// Why a candidacy ended, or waits: a closed list, each with the sentence a merchant reads.

const sentences = {
  ...messageReasons,
  no_consent: 'This person has not agreed to marketing messages.',
  opted_out: 'This person has opted out of marketing messages.',
  paused: 'This person wrote something that sounds like "stop"; marketing waits for their answer.',
  us_marketing_blocked: 'Meta does not deliver marketing messages to numbers in the United States.',
  cap_7d:
    'This person got a message too short a while ago: seven days must lie between, or what the shop has set.',
  cap_30d: 'This person has had the most messages allowed in 30 days.',
  cap_24h:
    'This person got an alert too short a while ago: 24 hours must lie between, or what the shop has set.',
  window_closed: 'It was outside the hours in which this person may be written to.',
  already_told: 'This person was told about this product a short while ago.',
  bought_since: 'This person has bought the product in the meantime.',
  sold_out_again: 'The product was sold out again before the message could go.',
  not_sellable: 'The product cannot be bought at the moment: unpublished, hidden or without a price.',
  alert_ended: 'The person no longer asks to be told, or was told already.',
  short_spell: 'The product had been out of stock only briefly, and nobody had asked for it.',
  campaign_off: 'The campaign is switched off.',
  breaker_refusals: 'The campaign stopped by itself: WhatsApp refused one message after the other.',
  breaker_opt_outs: 'The campaign stopped by itself: too many of those it reached opted out.',
  shop_unavailable: 'The shop did not answer, so nothing could be checked before sending.',
  merged: 'Two records turned out to be the same person; the other one keeps the message.',
  holdout: 'This person is in the control group and gets no message, so that the effect can be measured.',
  outranked: 'A message that matters more to this person took its place.',
  grouped: 'Told in one message together with other products.',
  not_in_audience: 'This person is outside the audience of the campaign.',
  drop_too_small: 'For this person the price has not fallen enough.',
  sale_ending: 'The sale ends too soon for a message about it.',
  price_rose: 'The price went up again before the message could go.',
  recent_order: 'This person ordered a few days ago.',
  in_conversation: 'This person is in a conversation that has not ended.',
  active_again: 'This person has ordered or written in the meantime.',
  win_back_spacing: 'This person got another message of this sort a short while ago.',
  left_alone: 'This person did not answer the last few messages of this sort and is left alone for a while.',
  ramp_up: 'The campaign is new and starts with few people a day; this person waits for a later day.',
  bulk_change: 'So much changed at once that it may be a mistake; nothing goes without your yes.',
  all_told: 'Nobody is left to tell.',
  coupon_pending: 'This person’s coupon is being made in the shop.',
  coupon_refused: 'The shop did not make the coupon that belongs to this message.',
  coupons_disabled: 'Coupons are switched off in the shop, or our key may not make them.',
  coupon_used: 'This person has used the coupon of this message already.',
} as const

export type ReasonCode = keyof typeof sentences

/** The sentence of a reason; a code that is not in the list is shown as it is. */
export function sentenceOf(code: string): string {
  return code in sentences ? sentences[code as ReasonCode] : code
}
