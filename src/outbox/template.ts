/** A template of a WhatsApp account, as far as it is known here. `status` and `category` are Meta's own words. */
export interface Template {
  id: number
  shopId: number
  wabaId: number
  name: string
  language: string
  category: string
  parameterFormat: 'NAMED' | 'POSITIONAL'
  components: Readonly<Record<string, unknown>>[]
  status: string
  reason: string | null
  quality: string | null
  syncedAt: Date
}
