import { z } from 'zod'

const buttonSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('url'),
    /** `{{hub_url}}` is this hub's own address, filled in when the template is made for a shop; `{{1}}` at its end comes with each message. */
    url: z.string(),
    suffixExample: z.string(),
  }),
  z.object({ kind: z.literal('quick_reply'), role: z.string(), payload: z.string().max(128) }),
  /** Copies a code; WhatsApp itself words it in the reader's language. */
  z.object({ kind: z.literal('copy_code'), codeExample: z.string() }),
])

const languageSchema = z.object({
  /** A line that tells a merchant what the message is about. */
  preview: z.string().min(1),
  /** A line above the text, where the template has no picture. */
  header: z.string().optional(),
  body: z.string(),
  footer: z.string().optional(),
  /** One for each button that has a text of its own, in their order. */
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
  languages: z.record(z.string(), languageSchema),
})

export type TemplateDefinition = z.infer<typeof definitionSchema>
export type TemplateLanguage = z.infer<typeof languageSchema>
export type TemplateDefinitions = ReadonlyMap<string, TemplateDefinition>
