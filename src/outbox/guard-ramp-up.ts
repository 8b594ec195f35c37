import { loadShopSettings } from '../shops/shop-store.ts'
import type { SendingNumber } from './claim-store.ts'
import { isMarketing } from './purpose.ts'
import type { Held, Ready } from './render-batch.ts'
import type { Guard } from './start-batch.ts'
import { returnRampUp, takeRampUp, type WantedTemplate } from './take-ramp-up.ts'

/**
 * The ramp-up of new templates as a guard of sending. It goes before `next`, so that nothing is set aside for what it holds; what `next`
 * holds it counts no more.
 */
export function guardRampUp(next: Guard): Guard {
  return async (tx, about) => {
    const wanted = about.ready.flatMap((one) => toWanted(about.number, one))
    if (wanted.length === 0) return next(tx, about)
    const { sending } = await loadShopSettings(tx, about.number.shopId)
    const held = new Map<number, Held>(await takeRampUp(tx, wanted, sending.templateRampUp, about.now))
    const left = about.ready.filter(({ row }) => !held.has(row.id))
    const heldByNext = left.length === 0 ? new Map<number, Held>() : await next(tx, { ...about, ready: left })
    await returnRampUp(
      tx,
      wanted.filter(({ messageId }) => heldByNext.has(messageId)),
    )
    return new Map([...held, ...heldByNext])
  }
}

function toWanted({ wabaId }: SendingNumber, { row, content, isNewTemplate }: Ready): WantedTemplate[] {
  if (content.kind !== 'template' || !isNewTemplate || !isMarketing(row.purpose)) return []
  const { id: messageId, purpose } = row
  return [{ messageId, purpose, wabaId, templateName: content.name, templateLanguage: content.language }]
}
