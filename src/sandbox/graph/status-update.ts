import type { Fields } from '../read-values.ts'
import { toStatusError } from './graph-error.ts'
import {
  ownNumber,
  type LoggedMessage,
  type Person,
  type Status,
  type WhatsAppAccount,
} from './graph-state.ts'

export function metadataOf(account: WhatsAppAccount): Fields {
  return { display_phone_number: ownNumber.digits, phone_number_id: account.phoneNumberId }
}

/** The value of one status webhook, as Graph API v24 and newer write it: without `conversation`. */
export function toStatusValue(
  account: WhatsAppAccount,
  message: LoggedMessage,
  person: Person | undefined,
  status: Status,
): Fields {
  const hasFailed = status.status === 'failed'
  return {
    messaging_product: 'whatsapp',
    metadata: metadataOf(account),
    // Failed ones come without contacts.
    ...(hasFailed || person === undefined ? {} : { contacts: [contactOf(person, message.byUserId)] }),
    statuses: [
      {
        id: message.id,
        status: status.status,
        timestamp: toSeconds(status.atMs),
        ...recipientOf(message, person, hasFailed),
        ...(message.callbackData === null ? {} : { biz_opaque_callback_data: message.callbackData }),
        ...pricingOf(message, status),
        ...(status.errorCode === undefined ? {} : { errors: [toStatusError(status.errorCode)] }),
      },
    ],
  }
}

// Whoever has a username is known by number only where it was the number that was written to.
export function contactOf(person: Person, hideNumber: boolean): Fields {
  return {
    profile: { name: person.name, ...(person.username === null ? {} : { username: `@${person.username}` }) },
    ...(hideNumber && person.username !== null ? {} : { wa_id: person.waId }),
    user_id: person.bsuid,
  }
}

function recipientOf(message: LoggedMessage, person: Person | undefined, hasFailed: boolean): Fields {
  if (person === undefined)
    return message.byUserId ? { recipient_user_id: message.address } : { recipient_id: message.address }
  const isNumberHidden = message.byUserId && person.username !== null
  return {
    ...(isNumberHidden ? {} : { recipient_id: person.waId }),
    // A failure of what was sent to a number names no user.
    ...(hasFailed && !message.byUserId ? {} : { recipient_user_id: person.bsuid }),
  }
}

/** On `sent` and on one of the two that follow it. */
function pricingOf(message: LoggedMessage, status: Status): Fields {
  const isFirstArrival =
    status.status === 'delivered' ||
    (status.status === 'read' && !message.statuses.some((earlier) => earlier.status === 'delivered'))
  if (status.status !== 'sent' && !isFirstArrival) return {}
  return {
    pricing: {
      billable: !message.isFree,
      pricing_model: 'PMP',
      type: message.isFree ? 'free_customer_service' : 'regular',
      category: priceCategoryOf(message),
    },
  }
}

function priceCategoryOf({ category, isMarketingApi }: LoggedMessage): string {
  if (isMarketingApi) return 'marketing_lite'
  return category === null ? 'service' : category.toLowerCase()
}

export function toSeconds(ms: number): string {
  return String(Math.floor(ms / 1000))
}
