import { z } from 'zod'

const micros = z.number().int().min(0).max(100_000_000)

/** What Meta charges for a delivered marketing template, by the recipient's country: millionths of a unit of the billing currency. */
export const messagePricesSchema = z.object({
  /** Of the account's billing at Meta, ISO 4217. */
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be a currency such as USD')
    .default('USD'),
  /** The day from which these prices hold. */
  asOf: z.iso.date().default('2025-07-01'),
  /** For countries that are not named, and for people whose country nobody knows. */
  otherMicros: micros.default(60_400),
  microsByCountry: z
    .record(z.string().regex(/^[A-Z]{2}$/, 'must be a country such as PT'), micros)
    .default({ ...exampleMicros() }),
})

export type MessagePrices = z.infer<typeof messagePricesSchema>

// An example, as Meta's public list had it about the day above; it changes up to four times a year. A merchant puts in their own.
function exampleMicros(): Readonly<Record<string, number>> {
  return {
    AE: 38_400,
    AR: 61_800,
    AT: 59_200,
    AU: 73_200,
    BE: 59_200,
    BR: 62_500,
    CA: 25_000,
    CH: 59_200,
    CL: 88_900,
    CO: 12_500,
    DE: 136_500,
    EG: 107_300,
    ES: 61_500,
    FR: 143_200,
    GB: 52_900,
    ID: 41_100,
    IE: 59_200,
    IL: 35_300,
    IN: 10_700,
    IT: 69_100,
    MX: 43_600,
    MY: 86_000,
    NG: 51_600,
    NL: 159_700,
    PE: 70_300,
    PK: 47_300,
    PT: 59_200,
    SA: 45_500,
    TR: 10_900,
    US: 25_000,
    ZA: 37_900,
  }
}
