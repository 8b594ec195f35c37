import type { Tx } from '../platform/database.ts'
import { HubError } from '../platform/errors.ts'
import { writeAudit, type Actor } from '../shops/audit-store.ts'
import { keepTemplates, type KeepDeps } from './keep-templates.ts'
import type { TemplateDefinitions } from './template-definition.ts'
import { baseNameOf, titleOf, type Template } from './template.ts'
import { loadTemplate } from './unpause-template.ts'

/**
 * A merchant's yes to the category that Meta has moved a template to. It lets campaigns go on where that is MARKETING. To another category
 * a yes is not taken for a template that campaigns and alerts use: they sell, and what sells goes as marketing, with its price, its limits
 * and its way out; sent as UTILITY it would cost the account (131064). Such a template waits until Meta moves it back, or is replaced.
 * Throws HubError `template_unknown`, `category_not_changed`, `category_not_allowed`.
 */
export async function acceptCategory(
  tx: Tx,
  deps: KeepDeps & { definitions: TemplateDefinitions },
  which: { shopId: number; templateId: number },
  by: Actor,
): Promise<Template> {
  const before = await loadTemplate(tx, which)
  const { name, category, acceptedCategory } = before
  if (category !== 'MARKETING' && deps.definitions.has(baseNameOf(name))) throw notAllowed(before)
  if (acceptedCategory === null || acceptedCategory === category)
    throw new HubError('category_not_changed', `The template ${titleOf(before)} is ${category}, as agreed.`)
  const after = { ...before, acceptedCategory: category }
  await keepTemplates(tx, deps, [{ before, after }], by.now)
  const entry = {
    shopId: which.shopId,
    action: 'template.category_accepted',
    subject: `template:${titleOf(before)}`,
    before: { category: acceptedCategory },
    after: { category },
  }
  await writeAudit(tx, entry, by)
  return after
}

function notAllowed(template: Template): HubError {
  return new HubError(
    'category_not_allowed',
    `Campaigns never go as ${template.category}: what sells is marketing, and Meta limits accounts that send it as anything else.`,
    {
      advice:
        'Ask Meta for a review of the category in WhatsApp Manager, or delete the template there and make it again in 30 days. ' +
        'Until then another approved language carries the messages, or they wait.',
    },
  )
}
