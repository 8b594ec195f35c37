import type { FailureReason } from '../connectors/meta/failure-table.ts'

/** What a merchant does when Meta takes nothing more, by the reason; afterwards the number is started again. */
export const stopAdvice = {
  account_blocked:
    'Open the account quality page in Meta’s Business Support Home, see what was found, and ask for a review or wait until the block ends.',
  account_misclassified:
    'Put the templates that Meta names into the right category in WhatsApp Manager; the limit ends when Meta lifts it.',
  display_name_refused: 'Give the number a display name in WhatsApp Manager and wait until Meta approves it.',
  number_unregistered: 'Register the number again in WhatsApp Manager, with its two-step PIN.',
  payment_problem:
    'Check the payment method, the credit line and the currency of the WhatsApp account in Meta’s billing settings.',
  permission_missing:
    'Give the system user whatsapp_business_messaging and whatsapp_business_management for this account, and make a new token.',
  spam_limited:
    'See the number’s quality in WhatsApp Manager and write less to people who did not ask for it before you start again.',
  token_invalid: 'Make a new system user token at Meta and put it into WHATSAPP_ACCESS_TOKEN.',
} as const satisfies Partial<Record<FailureReason, string>>

export function adviceOf(reason: FailureReason): string {
  return reason in stopAdvice
    ? stopAdvice[reason as keyof typeof stopAdvice]
    : 'Look into it in WhatsApp Manager, then start the number again.'
}
