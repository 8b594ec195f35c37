/** How the account, its number and Meta's side of the line are set up. Changed at any time; not kept over a restart. */
export interface WhatsAppSettings {
  /** Messages of both directions together. Above 80 the number calls itself upgraded. */
  throughputPerSecond: number
  /** The number is used in the WhatsApp Business app as well: never more than 20 a second. */
  isOnBizApp: boolean
  /** While the number is being upgraded (131057), on the sandbox's clock; null: it is not. */
  maintenanceUntilMs: number | null
  /** Of the portfolio: unique people outside their window in a moving 24 hours; null: unlimited. */
  messagingLimit: number | null
  /** Off: /messages takes no marketing templates (131063). */
  marketingOnMessages: boolean
  /** Off: /marketing_messages is not offered (134102). */
  marketingMessagesApi: boolean
  /** For so long after its approval /marketing_messages does not know a template (134101). */
  templateSyncMinutes: number
  /** Calls about the account, its number and its templates in a moving hour (80007); null: without end. */
  managementCallsPerHour: number | null
  /** New templates in a moving hour (80008), Meta's is 100; null: without end, so that a new shop has all of its own at once. */
  templateCreationsPerHour: number | null
  /** Numbers nobody was given: fail as not on WhatsApp, or are people on the fly. */
  unknownPeople: 'fail' | 'arrive'
  /** Whether people on the fly read what arrives: the third status of a message. */
  unknownPeopleRead: boolean
  /** Webhooks under way beside each other. */
  webhookConcurrency: number
  /** A delivery that is not full waits so long for more. */
  batchWaitMs: number
  /** Between one status of a message and its next. */
  statusDelayMs: number
  /** Older messages are forgotten; null: none. */
  keepMessages: number | null
}

export const defaultSettings: WhatsAppSettings = {
  throughputPerSecond: 80,
  isOnBizApp: false,
  maintenanceUntilMs: null,
  messagingLimit: 100_000,
  marketingOnMessages: true,
  marketingMessagesApi: true,
  templateSyncMinutes: 0,
  managementCallsPerHour: 5_000,
  templateCreationsPerHour: null,
  unknownPeople: 'fail',
  unknownPeopleRead: true,
  webhookConcurrency: 1,
  batchWaitMs: 0,
  statusDelayMs: 0,
  keepMessages: null,
}

const mostWithBizApp = 20

export function throughputOf({ throughputPerSecond, isOnBizApp }: WhatsAppSettings): number {
  return isOnBizApp ? Math.min(mostWithBizApp, throughputPerSecond) : throughputPerSecond
}
