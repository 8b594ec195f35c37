import type { Random } from '../platform/random.ts'
import { ownNumber } from './graph/graph-state.ts'
import type { Store } from './store.ts'

export interface SandboxCredentials {
  whatsapp: {
    accessToken: string
    appSecret: string
    verifyToken: string
    phoneNumberId: string
    wabaId: string
    catalogId: string
    /** Digits. */
    displayPhoneNumber: string
  }
  /** `webhookSecret` is the hub's to use when it makes webhooks: the shop itself takes any. */
  woo: { consumerKey: string; consumerSecret: string; webhookSecret: string }
}

/** Those of the first start, made by chance: a sandbox that can be reached over the network opens to nobody who has not seen them. */
export function loadCredentials(store: Store, random: Random): SandboxCredentials {
  const kept = store.collection<SandboxCredentials>('credentials')
  return (
    kept.find('own') ??
    kept.put(
      'own',
      makeCredentials((bytes) => random.token(bytes)),
    )
  )
}

function makeCredentials(token: (bytes: number) => string): SandboxCredentials {
  return {
    whatsapp: {
      accessToken: `EAAsandbox${token(32).replace(/[-_]/g, 'x')}`,
      appSecret: Buffer.from(token(24)).toString('hex').slice(0, 32),
      verifyToken: token(16),
      phoneNumberId: '106540352242922',
      wabaId: '102290129340398',
      catalogId: '194836987003835',
      displayPhoneNumber: ownNumber.digits,
    },
    woo: {
      consumerKey: `ck_${hex(token(24))}`,
      consumerSecret: `cs_${hex(token(24))}`,
      webhookSecret: token(24),
    },
  }
}

function hex(text: string): string {
  return Buffer.from(text).toString('hex').slice(0, 40)
}
