import { z } from 'zod'

const buttonSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('url'),
    /** `{{store_url}}` is filled in when the template is made for a shop, `{{1}}` at its end with each message. */
    url: z.string(),
    suffixExample: z.string(),
  }),
  z.object({ kind: z.literal('quick_reply'), role: z.string(), payload: z.string().max(128) }),
])

const languageSchema = z.object({
  /** A line that tells a merchant what the message is about. */
  preview: z.string().min(1),
  body: z.string(),
  footer: z.string().optional(),
  /** One for each button, in their order. */
  buttonTexts: z.array(z.string()),
  /** What Meta's reviewers see in place of the parameters. */
  examples: z.record(z.string(), z.string()),
  /** The wording where a value is not known: a greeting without a name. */
  defaults: z.record(z.string(), z.string()).default({}),
})

export const definitionSchema = z.object({
  name: z.string(),
  about: z.string(),
  category: z.enum(['MARKETING', 'UTILITY']),
  parameterFormat: z.enum(['NAMED', 'POSITIONAL']),
  /** A picture beside the definitions: the header's example. */
  headerImage: z.string().optional(),
  /** Positional templates number them in this order. */
  parameters: z.array(z.string()),
  buttons: z.array(buttonSchema),
  languages: z.record(z.string().regex(/^[a-z]{2,3}(_[A-Z]{2})?$/), languageSchema),
})

export type TemplateDefinition = z.infer<typeof definitionSchema>
export type TemplateLanguage = z.infer<typeof languageSchema>
export type TemplateDefinitions = ReadonlyMap<string, TemplateDefinition>
