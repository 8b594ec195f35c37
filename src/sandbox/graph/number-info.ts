import type { Fields } from '../read-values.ts'
import { GraphError } from './graph-error.ts'
import { ownNumber, type WhatsAppAccount } from './graph-state.ts'
import { tierOf } from './portfolio-limit.ts'
import type { WhatsAppSettings } from './whatsapp-settings.ts'

const defaultFields = 'verified_name,code_verification_status,display_phone_number,quality_rating,id'

/** GET /{phone number id}?fields=… */
export function renderNumber(
  { account, settings }: { account: WhatsAppAccount; settings: WhatsAppSettings },
  fields: string | null,
): Fields {
  const all: Fields = {
    verified_name: 'Alfama Roasters',
    code_verification_status: 'VERIFIED',
    display_phone_number: ownNumber.display,
    quality_rating: 'GREEN',
    platform_type: 'CLOUD_API',
    throughput: { level: settings.throughputPerSecond > 80 ? 'HIGH' : 'STANDARD' },
    is_on_biz_app: settings.isOnBizApp,
    status: 'CONNECTED',
    name_status: 'APPROVED',
    account_mode: 'LIVE',
    whatsapp_business_manager_messaging_limit: tierOf(settings.messagingLimit),
    id: account.phoneNumberId,
  }
  const names = (fields ?? defaultFields).split(',').map((name) => name.trim())
  const unknown = names.find((name) => !(name in all))
  if (unknown !== undefined) {
    const title = `(#100) Tried accessing nonexisting field (${unknown}) on node type (WhatsAppBusinessPhoneNumber)`
    throw new GraphError(100, undefined, { title })
  }
  return Object.fromEntries([...new Set([...names, 'id'])].map((name) => [name, all[name]]))
}
