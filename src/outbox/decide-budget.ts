/** A message that costs something when it is delivered. */
export interface Priced {
  id: number
  campaignId: number | null
  micros: number
}

/** What may be set aside on a day and what is: of the shop and of single campaigns. */
export interface DayBudget {
  /** Null: no limit. */
  limit: number | null
  spent: number
  campaigns: ReadonlyMap<number, { limit: number | null; spent: number }>
}

export interface BudgetDecision {
  goes: Priced[]
  /** By message: whose budget is used up. */
  held: Map<number, 'shop' | 'campaign'>
}

/** In the order given, each goes that still fits under the shop's and its campaign's budget. What costs nothing always does. */
export function decideBudget(wanted: readonly Priced[], budget: DayBudget): BudgetDecision {
  let spent = budget.spent
  const spentOf = new Map([...budget.campaigns].map(([id, campaign]) => [id, campaign.spent]))
  const decision: BudgetDecision = { goes: [], held: new Map() }
  for (const message of wanted) {
    const { id, micros, campaignId } = message
    const ofCampaign = campaignId === null ? 0 : (spentOf.get(campaignId) ?? 0)
    const limit = campaignId === null ? null : (budget.campaigns.get(campaignId)?.limit ?? null)
    if (exceeds(spent, micros, budget.limit)) decision.held.set(id, 'shop')
    else if (exceeds(ofCampaign, micros, limit)) decision.held.set(id, 'campaign')
    else {
      decision.goes.push(message)
      spent += micros
      if (campaignId !== null) spentOf.set(campaignId, ofCampaign + micros)
    }
  }
  return decision
}

function exceeds(spent: number, micros: number, limit: number | null): boolean {
  return limit !== null && micros > 0 && spent + micros > limit
}
