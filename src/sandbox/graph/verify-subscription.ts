import type { HttpClient } from '../../platform/http-client.ts'
import type { Random } from '../../platform/random.ts'
import type { WhatsAppAccount } from './graph-state.ts'

export interface SubscriptionAnswer {
  /** 200, and the challenge came back as it was. */
  isVerified: boolean
  /** Null: nobody answered. */
  status: number | null
}

export async function verifySubscription(
  { http, random, account }: { http: HttpClient; random: Random; account: WhatsAppAccount },
  hubUrl: string,
): Promise<SubscriptionAnswer> {
  const challenge = String(1_000_000_000 + random.below(1_000_000_000))
  const result = await http.request({
    method: 'GET',
    path: `${hubUrl}/webhooks/whatsapp`,
    query: { 'hub.mode': 'subscribe', 'hub.challenge': challenge, 'hub.verify_token': account.verifyToken },
  })
  if (result.kind !== 'answered') return { isVerified: false, status: null }
  return { isVerified: result.status === 200 && String(result.body) === challenge, status: result.status }
}
