import type { Tx } from '../platform/database.ts'
import { unmade } from './template-states.ts'
import { deleteUnmade, lockTemplatesOfAccount, saveTemplates, type TemplateRow } from './template-store.ts'
import { titleOf, type Template } from './template.ts'

interface NamedTemplate {
  name: string
  language: string
}

/**
 * Writes down what is still to be made, so that it is gone on with later, and that messages wait for it; what Meta will not take is no
 * longer to be made.
 */
export async function keepToMake(
  tx: Tx,
  account: { shopId: number; wabaId: number },
  { left, failed }: { left: readonly NamedTemplate[]; failed: readonly NamedTemplate[] },
  now: Date,
): Promise<void> {
  const atMeta = (await lockTemplatesOfAccount(tx, account.wabaId)).filter(
    ({ status }) => status !== 'DELETED',
  )
  const known = new Set(atMeta.map(titleOf))
  const rows = left
    .filter((one) => !known.has(titleOf(one)))
    .map(({ name, language }): TemplateRow => ({
      ...unmade,
      shopId: account.shopId,
      wabaId: account.wabaId,
      metaId: null,
      name,
      language,
      category: 'MARKETING',
      acceptedCategory: 'MARKETING',
      parameterFormat: 'NAMED',
      components: [],
      syncedAt: now,
    }))
  await saveTemplates(tx, rows)
  await deleteUnmade(tx, account.wabaId, failed)
}

export function isToMake({ status }: Pick<Template, 'status'>): boolean {
  return status === 'NOT_MADE'
}
