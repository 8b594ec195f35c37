import { asFields, asList, type Fields } from '../read-values.ts'
import { invalid, optionalText, requireObject, requireText } from './check-fields.ts'

const path = "interactive['action']"

/** Reply buttons, lists, links and catalogue messages with their limits (OpenAPI of the Cloud API, InteractiveMessage). Throws. */
export function checkInteractive(interactive: Fields): void {
  const { type } = interactive
  const check = typeof type === 'string' ? actionChecks[type] : undefined
  if (check === undefined) {
    throw invalid(`Param interactive['type'] must be one of {${Object.keys(actionChecks).join(', ')}}.`)
  }
  if (type !== 'product' || interactive.body !== undefined) {
    requireText(requireObject(interactive, 'interactive', 'body'), "interactive['body']", 'text', 1024)
  }
  const footer = asFields(interactive.footer)
  if (footer !== undefined) requireText(footer, "interactive['footer']", 'text', 60)
  const header = asFields(interactive.header)
  if (header?.type === 'text') requireText(header, "interactive['header']", 'text', 60)
  if (type === 'product' && header !== undefined)
    throw invalid("Param interactive['header'] is not allowed here.")
  if (type === 'product_list' && header?.type !== 'text')
    throw invalid("Param interactive['header'] must be a text.")
  check(requireObject(interactive, 'interactive', 'action'))
}

const actionChecks: Readonly<Record<string, (action: Fields) => void>> = {
  button: checkButtons,
  list: checkList,
  cta_url: (action) => {
    const parameters = requireObject(action, path, 'parameters')
    requireText(parameters, `${path}['parameters']`, 'display_text', 20)
    requireText(parameters, `${path}['parameters']`, 'url', 2000)
  },
  product: (action) => {
    requireText(action, path, 'catalog_id', 50)
    requireText(action, path, 'product_retailer_id', 100)
  },
  product_list: checkProductList,
  catalog_message: (action) => {
    if (action.name !== 'catalog_message') throw invalid(`Param ${path}['name'] must be catalog_message.`)
  },
}

function checkButtons(action: Fields): void {
  const buttons = asList(action.buttons)
  if (buttons.length < 1 || buttons.length > 3)
    throw invalid('Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3')
  const replies = buttons.map((button, at) => {
    const fields = asFields(button)
    if (fields?.type !== 'reply') throw invalid(`Param ${path}['buttons'][${at}]['type'] must be reply.`)
    const reply = requireObject(fields, `${path}['buttons'][${at}]`, 'reply')
    const where = `${path}['buttons'][${at}]['reply']`
    return { id: requireText(reply, where, 'id', 256), title: requireText(reply, where, 'title', 20) }
  })
  refuseTwins(
    replies.map(({ id }) => id),
    'buttons: id',
  )
  refuseTwins(
    replies.map(({ title }) => title),
    'buttons: title',
  )
}

function checkList(action: Fields): void {
  requireText(action, path, 'button', 20)
  const sections = sectionsOf(action)
  const rows = sections.flatMap((section, at) => {
    const where = `${path}['sections'][${at}]`
    if (sections.length > 1) requireText(section, where, 'title', 24)
    else optionalText(section, where, 'title', 24)
    const rowsHere = asList(section.rows)
    if (rowsHere.length === 0) throw invalid(`Param ${where}['rows'] must hold at least one row.`)
    return rowsHere.map((row, rowAt) => checkRow(asFields(row) ?? {}, `${where}['rows'][${rowAt}]`))
  })
  if (rows.length > 10) throw invalid('Total row count exceed max allowed count: 10')
  refuseTwins(rows, 'rows: id')
}

function checkRow(row: Fields, where: string): string {
  requireText(row, where, 'title', 24)
  optionalText(row, where, 'description', 72)
  return requireText(row, where, 'id', 200)
}

function checkProductList(action: Fields): void {
  requireText(action, path, 'catalog_id', 50)
  const sections = sectionsOf(action)
  const products = sections.flatMap((section) => asList(section.product_items))
  if (products.length < 1 || products.length > 30)
    throw invalid('A product list holds from 1 to 30 products.')
}

function sectionsOf(action: Fields): Fields[] {
  const sections = asList(action.sections).map((section) => asFields(section) ?? {})
  if (sections.length < 1 || sections.length > 10)
    throw invalid(`Param ${path}['sections'] must hold from 1 to 10 sections.`)
  return sections
}

function refuseTwins(values: readonly string[], what: string): void {
  if (new Set(values).size !== values.length) throw invalid(`Duplicate values are not allowed: ${what}`)
}
