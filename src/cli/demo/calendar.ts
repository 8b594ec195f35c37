import { DateTime } from 'luxon'

/** What the merchant does, on which day, by the clock in Lisbon. */
export type ShopEvent =
  | { kind: 'restock'; sku: string; quantity: number }
  | { kind: 'price'; sku: string; regular?: string; sale?: string; about: string }
  | { kind: 'sale_by_date'; skus: readonly string[]; percent: number; from: string; to: string }
  | { kind: 'arrival'; name: string; sku: string; category: string; price: string }
  | { kind: 'everything_cheaper'; percent: number; skus: readonly string[] }
  | { kind: 'approve' }
  | { kind: 'refuse' }

export interface Dated {
  at: Date
  event: ShopEvent
}

export const shopZone = 'Europe/Lisbon'

export function inLisbon(text: string): Date {
  return DateTime.fromFormat(text, 'yyyy-MM-dd HH:mm', { zone: shopZone }).toJSDate()
}

const on = (day: string, event: ShopEvent): Dated => ({ at: inLisbon(`2026-${day}`), event })

export const opening = inLisbon('2026-03-02 10:00')
export const closing = inLisbon('2026-08-31 20:00')

/** More at once than a merchant changes by hand. */
const springSale = [
  'BRW-SERVER', 'BRW-SCALE', 'BRW-AERO', 'BRW-TAMPER', 'BRW-JUG', 'BRW-BRUSH', 'BRW-MOKA3', 'COF-HUILA', 'COF-CERRADO', 'COF-TIMOR',
  'GFT-POSTER', 'GFT-CHOC',
] // prettier-ignore

export const calendar: readonly Dated[] = [
  on('03-05 11:00', { kind: 'restock', sku: 'COF-SIDAMA', quantity: 12 }),
  on('03-12 15:00', { kind: 'restock', sku: 'TEE-ELEVADOR-M', quantity: 2 }),
  on('03-19 10:30', { kind: 'price', sku: 'BRW-HANDMILL', sale: '79.00', about: '99.00 -> 79.00' }),
  on('03-24 10:00', { kind: 'price', sku: 'BRW-V60', regular: '23.00', about: '24.00 -> 23.00, next to nothing' }),
  on('03-26 10:00', { kind: 'price', sku: 'BRW-PRESS', regular: '46.00', about: 'raised from 38.00 to 46.00 …' }),
  on('04-03 10:00', { kind: 'price', sku: 'BRW-PRESS', regular: '39.00', about: '… to be "reduced" to 39.00' }),
  on('04-09 16:00', { kind: 'restock', sku: 'BRW-KETTLE', quantity: 3 }),
  on('04-14 12:00', { kind: 'sale_by_date', skus: ['CUP-ENAMEL', 'CUP-CORK'], percent: 25, from: '2026-04-16T00:00:00', to: '2026-04-22T00:00:00' }),
  on('04-28 09:30', { kind: 'arrival', sku: 'COF-PERU', name: 'Peru Cajamarca, 250 g', category: 'Coffee', price: '13.40' }),
  on('04-28 09:40', { kind: 'arrival', sku: 'CUP-STONE', name: 'Stoneware cup, speckled', category: 'Cups and glasses', price: '17.00' }),
  on('04-28 09:50', { kind: 'arrival', sku: 'BRW-SIPHON', name: 'Siphon, three cups', category: 'Brewing', price: '89.00' }),
  on('05-07 14:00', { kind: 'restock', sku: 'CUP-AZULEJO', quantity: 5 }),
  on('05-19 10:00', { kind: 'everything_cheaper', percent: 20, skus: springSale }),
  on('05-20 11:00', { kind: 'approve' }),
  on('05-21 12:00', { kind: 'restock', sku: 'GFT-STARTER', quantity: 4 }),
  on('05-28 10:00', { kind: 'restock', sku: 'COF-GESHA', quantity: 1 }),
  on('06-04 10:00', { kind: 'price', sku: 'GFT-TRIO', sale: '16.50', about: '21.00 -> 16.50' }),
  on('06-11 17:00', { kind: 'restock', sku: 'SWT-ROASTER-L', quantity: 3 }),
  on('06-18 09:30', { kind: 'arrival', sku: 'COF-COSTARICA', name: 'Costa Rica Tarrazú honey, 250 g', category: 'Coffee', price: '14.20' }),
  on('06-18 09:40', { kind: 'arrival', sku: 'GFT-MAP', name: 'Map of the roasters of Porto', category: 'Gifts', price: '16.00' }),
  on('06-25 11:00', { kind: 'price', sku: 'BRW-CANISTER', regular: '29.00', about: '36.00 -> 29.00' }),
  on('07-02 13:00', { kind: 'restock', sku: 'BRW-MOKA6', quantity: 6 }),
  on('07-09 10:00', { kind: 'price', sku: 'COF-KIRINYAGA', sale: '12.90', about: '15.80 -> 12.90' }),
  on('07-16 15:00', { kind: 'restock', sku: 'TEE-ELEVADOR-XL', quantity: 4 }),
  on('07-23 09:30', { kind: 'arrival', sku: 'CUP-GLASS', name: 'Double-walled glass, 250 ml', category: 'Cups and glasses', price: '13.00' }),
  on('07-30 11:00', { kind: 'price', sku: 'GFT-COURSE', regular: '44.00', about: '55.00 -> 44.00' }),
  on('08-06 12:00', { kind: 'restock', sku: 'TOT-MARKET', quantity: 10 }),
  on('08-13 10:00', { kind: 'price', sku: 'CUP-BICA', regular: '0.90', about: '12.00 -> 0.90: a slip of the finger' }),
  on('08-13 11:00', { kind: 'refuse' }),
  on('08-13 11:30', { kind: 'price', sku: 'CUP-BICA', regular: '12.00', about: 'put right again' }),
  on('08-20 11:00', { kind: 'restock', sku: 'COF-SAOTOME', quantity: 8 }),
] // prettier-ignore

/** What people have reason to look at: what will come back or become cheaper within weeks. */
export function talkOfTheTown(now: Date): string[] {
  const weeks = 25 * 86_400_000
  return calendar.flatMap(({ at, event }) => {
    const untilMs = at.getTime() - now.getTime()
    if (untilMs < 0 || untilMs > weeks) return []
    if (event.kind === 'restock' || event.kind === 'price') return [event.sku]
    return 'skus' in event ? [...event.skus] : []
  })
}

/** Who asks to be told, of the cast by country and number: in the chat about stock, in the shop about a price. */
export const wishes: readonly { at: Date; country: string; nth: number; sku: string; belowMinor?: number }[] =
  [
    { at: inLisbon('2026-03-04 12:00'), country: 'PT', nth: -1, sku: 'COF-SIDAMA' },
    { at: inLisbon('2026-03-10 18:00'), country: 'ES', nth: 0, sku: 'TEE-ELEVADOR-M' },
    { at: inLisbon('2026-05-04 13:00'), country: 'PT', nth: -1, sku: 'CUP-AZULEJO' },
    { at: inLisbon('2026-06-15 13:00'), country: 'PT', nth: 1, sku: 'BRW-CANISTER', belowMinor: 3_000 },
    { at: inLisbon('2026-06-16 13:00'), country: 'GB', nth: 0, sku: 'BRW-CANISTER', belowMinor: 2_500 },
    { at: inLisbon('2026-06-29 10:00'), country: 'DE', nth: 1, sku: 'BRW-MOKA6' },
  ]
