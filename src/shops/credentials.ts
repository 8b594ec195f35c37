import { z } from 'zod'
import type { Sql, Tx } from '../platform/database.ts'
import { findSealedCredential, saveSealedCredential } from './credential-store.ts'

/** What a shop's connections need; each kind is sealed and stored on its own. */
export const credentialSchemas = {
  whatsapp: z.object({ accessToken: z.string() }),
  woocommerce: z.object({ storeUrl: z.string(), consumerKey: z.string(), consumerSecret: z.string() }),
  woocommerce_webhook: z.object({ secret: z.string() }),
}

export type CredentialKind = keyof typeof credentialSchemas
export type Credentials<Kind extends CredentialKind> = z.infer<(typeof credentialSchemas)[Kind]>

export interface Box {
  seal(text: string): Buffer
  open(sealed: Buffer): string
}

export async function saveCredentials<Kind extends CredentialKind>(
  tx: Tx,
  box: Box,
  at: { shopId: number; kind: Kind; now: Date },
  credentials: Credentials<Kind>,
): Promise<void> {
  await saveSealedCredential(tx, { ...at, sealed: box.seal(JSON.stringify(credentials)) })
}

export async function findCredentials<Kind extends CredentialKind>(
  sql: Sql,
  box: Box,
  shopId: number,
  kind: Kind,
): Promise<Credentials<Kind> | undefined> {
  const sealed = await findSealedCredential(sql, shopId, kind)
  if (sealed === undefined) return undefined
  return credentialSchemas[kind].parse(JSON.parse(box.open(sealed))) as Credentials<Kind>
}
