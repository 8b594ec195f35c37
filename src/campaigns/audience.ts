import { z } from 'zod'

const country = z.string().regex(/^[A-Z]{2}$/, 'must be a country code such as PT')
// PostgreSQL takes neither U+0000 nor half a character.
const word = z
  .string()
  .trim()
  .min(1)
  .max(50)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must be plain text')
const tag = word.toLowerCase()
const categoryId = z.number().int().positive()

const choiceSchema = z.strictObject({
  tags: z.array(tag).max(100).optional(),
  countries: z.array(country).max(250).optional(),
  /** Two-letter languages: the person's own choice, else their country's. */
  languages: z
    .array(z.string().regex(/^[a-z]{2}$/, 'must be a language code such as pt'))
    .max(50)
    .optional(),
  /** WooCommerce's category ids: bought or viewed in any of them. */
  categoryIds: z.array(categoryId).max(100).optional(),
  /** How the consent in force was given (consent_log.how): keyword, button, api, import, … */
  consentSources: z.array(word).max(50).optional(),
})

/**
 * Who may get a campaign. Of each list given in `include` a person must match one entry; matching any entry of any list in `exclude` leaves
 * them out. Spending is net of refunds, in minor units of the shop's currency. Never applied to what a person asked for.
 */
export const audienceSchema = z
  .strictObject({
    include: choiceSchema.default({}),
    exclude: choiceSchema.default({}),
    minSpentMinor: z.number().int().min(0).nullable().default(null),
    maxSpentMinor: z.number().int().min(0).nullable().default(null),
  })
  .refine(
    (audience) =>
      audience.minSpentMinor === null ||
      audience.maxSpentMinor === null ||
      audience.minSpentMinor <= audience.maxSpentMinor,
    { path: ['maxSpentMinor'], message: 'must not be below minSpentMinor' },
  )

export type Audience = z.infer<typeof audienceSchema>

/** Wordings that share a campaign's people by weight; the name is part of the template's: `<template>__<name>`, 'a' being the template itself. */
export const variantsSchema = z
  .array(
    z.strictObject({
      name: z.string().regex(/^[a-z0-9_]{1,20}$/, 'must be lower-case letters, digits and _'),
      weight: z.number().int().min(0).max(1_000),
    }),
  )
  .max(10)
  .refine((variants) => new Set(variants.map((variant) => variant.name)).size === variants.length, {
    message: 'must not name a variant twice',
  })
  .refine((variants) => variants.length === 0 || variants.some((variant) => variant.weight > 0), {
    message: 'needs a variant with a weight above 0',
  })

export type Variants = z.infer<typeof variantsSchema>
