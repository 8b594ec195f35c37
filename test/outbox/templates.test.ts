import { describe, expect, test } from 'vitest'
import { decideTemplate, type TemplateDecision } from '../../src/outbox/decide-template.ts'
import { fillPlaceholders } from '../../src/outbox/placeholders.ts'
import { toNewTemplate } from '../../src/outbox/template-components.ts'
import type { TemplateDefinition } from '../../src/outbox/template-definition.ts'
import { findTemplateFaults } from '../../src/outbox/template-rules.ts'
import {
  loadTemplateDefinitions,
  readDefinition,
  readHeaderImage,
} from '../../src/outbox/template-definitions.ts'
import type { Template } from '../../src/outbox/template.ts'
import type { TemplateContent } from '../../src/outbox/message.ts'
import { approvedTemplate } from './support/approved-template.ts'

const definitions = loadTemplateDefinitions()
const backInStock = definitions.get('back_in_stock')!

/** A positional definition, as some merchants have them. */
const positional: TemplateDefinition = {
  name: 'sale',
  about: 'A positional template.',
  category: 'MARKETING',
  parameterFormat: 'POSITIONAL',
  parameters: ['product_name', 'price'],
  buttons: [{ kind: 'quick_reply', role: 'opt_out', payload: 'HUB_OPT_OUT' }],
  languages: {
    en: {
      preview: 'A sale',
      body: 'For only {{2}} this week you can get {{1}} in our shop down the road, while it lasts.',
      buttonTexts: ['Stop promotions'],
      examples: { product_name: 'Shirt', price: '9 EUR' },
      defaults: {},
    },
  },
}

const approved = approvedTemplate

const content: TemplateContent = {
  kind: 'template',
  name: 'back_in_stock',
  languages: ['pt', 'es'],
  parameters: { first_name: 'Ana', product_name: 'Camisa', shop_name: 'Loja', price: 'R$ 10' },
  headerImageUrl: 'https://shop.example/a.jpg',
  urlSuffix: 'produto/camisa/',
}

const decide = (
  over: Partial<TemplateContent>,
  templates: Template[],
  definition = backInStock,
): TemplateDecision => decideTemplate({ ...content, ...over }, 'campaign', templates, definition)

const languages = ['ar', 'de', 'en', 'es', 'fr', 'hi', 'id', 'pt_BR']

describe('the templates this product brings', () => {
  test('are there for every kind of message, in eight languages each', () => {
    expect([...definitions.keys()].sort()).toEqual([
      'alerts_several',
      'back_in_stock',
      'back_in_stock_alert',
      'back_in_stock_several',
      'browse_reminder',
      'loyalty_reward',
      'new_arrivals',
      'new_arrivals_first',
      'price_alert',
      'price_drop',
      'price_drop_several',
      'we_miss_you',
      'we_miss_you_first',
    ])
    for (const definition of definitions.values())
      expect(Object.keys(definition.languages).sort()).toEqual(languages)
  })

  test.each([...definitions.values()])(
    '$name keeps Meta’s rules and is marketing with a way out',
    (definition) => {
      expect(findTemplateFaults(definition)).toEqual([])
      expect(definition.category).toBe('MARKETING')
      expect(definition.buttons).toContainEqual({
        kind: 'quick_reply',
        role: 'opt_out',
        payload: 'HUB_OPT_OUT',
      })
      expect(definition.buttons).toContainEqual(expect.objectContaining({ url: '{{hub_url}}/r/{{1}}' }))
      expect(readHeaderImage(definition)?.subarray(1, 4).toString() ?? 'none').toBe(
        definition.name === 'loyalty_reward' ? 'none' : 'PNG',
      )
    },
  )

  test.each([...definitions.values()])(
    '$name reads well without a name, in the script of each language',
    (definition) => {
      const scripts: Record<string, RegExp> = { ar: /\p{Script=Arabic}/u, hi: /\p{Script=Devanagari}/u }
      for (const [code, language] of Object.entries(definition.languages)) {
        expect(language.defaults.first_name).toMatch(/\p{L}/u)
        expect(language.body).not.toContain('!')
        const words = [language.body, language.footer, ...language.buttonTexts, language.preview].join(' ')
        // Nothing but the parameters' names is in another script.
        const foreign = words.replace(/\{\{\w+\}\}/g, '').match(/\p{L}+/gu) ?? []
        expect(foreign.filter((word) => !(scripts[code] ?? /\p{Script=Latin}/u).test(word))).toEqual([])
      }
    },
  )

  test('have room for the longest names, lists and prices', () => {
    // As the campaigns cut them: a greeting of 30 characters, five product names of 80, and isolates around each value in Arabic.
    const longest: Record<string, number> = { first_name: 30, product_names: 5 * 110, shop_name: 60, more: 4 }
    for (const definition of definitions.values()) {
      for (const { body } of Object.values(definition.languages)) {
        const filled = fillPlaceholders(body, (name) => 'x'.repeat((longest[name] ?? 80) + 2))
        expect(filled.length).toBeLessThanOrEqual(1_024)
      }
    }
  })

  test('are asked for in Meta’s form, with the shop’s address and examples for the reviewers', () => {
    const made = toNewTemplate(backInStock, 'en', {
      hubUrl: 'https://hub.example/',
      headerHandle: '4::handle',
    })
    expect(made).toMatchObject({
      name: 'back_in_stock',
      language: 'en',
      category: 'MARKETING',
      parameterFormat: 'NAMED',
    })
    expect(made.components).toMatchObject([
      { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::handle'] } },
      {
        type: 'BODY',
        example: {
          body_text_named_params: [{ param_name: 'first_name' }, { param_name: 'product_name' }, {}, {}],
        },
      },
      { type: 'FOOTER' },
      {
        type: 'BUTTONS',
        buttons: [
          {
            type: 'URL',
            url: 'https://hub.example/r/{{1}}',
            example: [expect.stringMatching(/^https:\/\/hub\.example\/r\/\w+$/)],
          },
          { type: 'QUICK_REPLY', text: 'Stop marketing messages' },
        ],
      },
    ])
    const [body] = toNewTemplate(positional, 'en', { hubUrl: '', headerHandle: undefined }).components
    expect(body).toMatchObject({ example: { body_text: [['Shirt', '9 EUR']] } })
  })
})

describe('a definition is refused', () => {
  const faultsOf = (change: (definition: TemplateDefinition) => void): string[] => {
    const copy = structuredClone(backInStock)
    change(copy)
    return readDefinition('x.json', JSON.stringify(copy)).faults.map(({ where }) => where)
  }
  const inEnglish =
    (change: (language: TemplateDefinition['languages'][string]) => unknown) => (copy: TemplateDefinition) =>
      change(copy.languages.en!)

  test('only when something is wrong with it', () => {
    expect(faultsOf(() => undefined)).toEqual([])
    expect(readDefinition('p.json', JSON.stringify(positional)).faults).toEqual([])
  })

  const url = (address: string) => (copy: TemplateDefinition) =>
    void (copy.buttons[0] = { kind: 'url', url: address, suffixExample: 'y' })
  const code = (codeExample: string) => ({ kind: 'copy_code' as const, codeExample })

  // prettier-ignore
  test.each<[string, (definition: TemplateDefinition) => void, string]>([
    ['its name has other characters', (copy) => void (copy.name = 'Back-In-Stock'), 'x.json: name'],
    ['its name is too long', (copy) => void (copy.name = 'x'.repeat(513)), 'x.json: name'],
    ['its category is none', (copy) => void (copy.category = 'NEWS' as never), 'x.json.category'],
    ['it sells as utility', (copy) => void (copy.category = 'UTILITY'), 'x.json: category'],
    ['a parameter’s name has other characters', (copy) => void (copy.parameters[0] = 'First'), 'x.json: parameters'],
    ['a parameter is named twice', (copy) => void copy.parameters.push('price'), 'x.json: parameters'],
    ['its picture is none that WhatsApp takes', (copy) => void (copy.headerImage = 'a.webp'), 'x.json: headerImage'],
    ['it has no language', (copy) => void (copy.languages = {}), 'x.json: languages'],
    ['a language is none of Meta’s', (copy) => void (copy.languages.pt = copy.languages.pt_BR!), 'x.json: pt'],
    ['a header stands beside the picture', inEnglish((en) => void (en.header = 'News')), 'x.json: en.header'],
    ['the header is too long', (copy) => { delete copy.headerImage; copy.languages.en!.header = 'x'.repeat(61) }, 'x.json: en.header'],
    ['the header has a parameter', (copy) => { delete copy.headerImage; copy.languages.en!.header = 'For {{first_name}} only' }, 'x.json: en.header'],
    ['the header has an emoji', (copy) => { delete copy.headerImage; copy.languages.en!.header = 'News 🎉' }, 'x.json: en.header'],
    ['there is no text', inEnglish((en) => void (en.body = ' ')), 'x.json: en.body'],
    ['the body begins with a parameter', inEnglish((en) => void (en.body = en.body.replace('Hi ', ''))), 'x.json: en.body'],
    ['the body ends with a parameter', inEnglish((en) => void (en.body = 'Hi {{first_name}}, look at this here: {{product_name}}, it is yours at {{shop_name}} for only a very small {{price}} ')), 'x.json: en.body'],
    ['only a full stop follows the last parameter', inEnglish((en) => void (en.body = en.body.replace(' Tap the button while it is in stock.', ''))), 'x.json: en.body'],
    ['two parameters touch', inEnglish((en) => void (en.body = en.body.replace(' at {{shop_name}}', ' {{shop_name}}'))), 'x.json: en.body'],
    ['a parameter is unknown', inEnglish((en) => void (en.body = en.body.replace('shop_name', 'store'))), 'x.json: en.body'],
    ['a parameter is not used', inEnglish((en) => void (en.body = en.body.replace(' at {{shop_name}}', ''))), 'x.json: en.body'],
    ['a parameter’s braces are broken', inEnglish((en) => void (en.body = en.body.replace('Tap', '{ Tap }'))), 'x.json: en.body'],
    ['the body is too long', inEnglish((en) => void (en.body += ' x'.repeat(500))), 'x.json: en.body'],
    ['there are hardly any words of its own', inEnglish((en) => void (en.body = 'Hi {{first_name}}: {{product_name}}, {{price}}, {{shop_name}} now.')), 'x.json: en.body'],
    ['the body has a tab', inEnglish((en) => void (en.body = en.body.replace('Tap', '\tTap'))), 'x.json: en.body'],
    ['the body has two empty lines', inEnglish((en) => void (en.body = en.body.replace('Tap', '\n\n\nTap'))), 'x.json: en.body'],
    ['the footer is too long', inEnglish((en) => void (en.footer = 'x'.repeat(61))), 'x.json: en.footer'],
    ['the footer is empty', inEnglish((en) => void (en.footer = '')), 'x.json: en.footer'],
    ['the footer has a parameter', inEnglish((en) => void (en.footer = 'From {{shop_name}} to you')), 'x.json: en.footer'],
    ['a button’s text is too long', inEnglish((en) => void (en.buttonTexts[0] = 'x'.repeat(26))), 'x.json: en.buttonTexts'],
    ['a button’s text is empty', inEnglish((en) => void (en.buttonTexts[1] = '')), 'x.json: en.buttonTexts'],
    ['a button’s text has a parameter', inEnglish((en) => void (en.buttonTexts[0] = 'See {{product_name}}')), 'x.json: en.buttonTexts'],
    ['a button’s text has an emoji', inEnglish((en) => void (en.buttonTexts[0] = 'See 👀')), 'x.json: en.buttonTexts'],
    ['two buttons have one text', inEnglish((en) => void (en.buttonTexts[0] = en.buttonTexts[1]!)), 'x.json: en.buttonTexts'],
    ['a button has no text', inEnglish((en) => void en.buttonTexts.pop()), 'x.json: en.buttonTexts'],
    ['an example is missing', inEnglish((en) => delete en.examples.price), 'x.json: en.examples'],
    ['an example is of no parameter', inEnglish((en) => void (en.examples.colour = 'blue')), 'x.json: en.examples'],
    ['an example has a line break', inEnglish((en) => void (en.examples.product_name = 'Shirt\nblue')), 'x.json: en.examples'],
    ['an example has a tab', inEnglish((en) => void (en.examples.product_name = 'Shirt\tblue')), 'x.json: en.examples'],
    ['an example has a run of spaces', inEnglish((en) => void (en.examples.product_name = 'Shirt    blue')), 'x.json: en.examples'],
    ['the examples make the text too long', inEnglish((en) => void (en.examples.product_name = 'x'.repeat(950))), 'x.json: en.examples'],
    ['a default is of no parameter', inEnglish((en) => void (en.defaults.colour = 'blue')), 'x.json: en.defaults'],
    ['a default is empty', inEnglish((en) => void (en.defaults.first_name = ' ')), 'x.json: en.defaults'],
    ['it has no way out', (copy) => void copy.buttons.pop(), 'x.json: buttons'],
    ['quick replies are apart', (copy) => void (copy.buttons = [copy.buttons[1]!, copy.buttons[0]!, copy.buttons[1]!]), 'x.json: buttons'],
    ['it has eleven buttons', (copy) => void (copy.buttons = Array(11).fill(copy.buttons[1])), 'x.json: buttons'],
    ['it has three links', (copy) => void copy.buttons.unshift(copy.buttons[0]!, copy.buttons[0]!), 'x.json: buttons'],
    ['it copies two codes', (copy) => void copy.buttons.unshift(code('A1'), code('B2')), 'x.json: buttons'],
    ['the example of a code is too long', (copy) => void copy.buttons.unshift(code('A'.repeat(16))), 'x.json: buttons'],
    ['there is no example of the code', (copy) => void copy.buttons.unshift(code('')), 'x.json: buttons'],
    ['a link’s variable is not at its end', url('https://a.example/{{1}}/x'), 'x.json: buttons'],
    ['a link has a named variable', url('https://a.example/{{product}}'), 'x.json: buttons'],
    ['a link is not https', url('http://a.example/{{1}}'), 'x.json: buttons'],
    ['a link is too long', url(`https://a.example/${'x'.repeat(2000)}`), 'x.json: buttons'],
    ['a link has no example', (copy) => void (copy.buttons[0] = { kind: 'url', url: 'https://a.example/{{1}}', suffixExample: '' }), 'x.json: buttons'],
  ])('when %s', (_, change, where) => {
    expect(faultsOf(change)).toContain(where)
  })

  test('when it is not JSON', () => {
    expect(readDefinition('x.json', '{').faults).toHaveLength(1)
  })
})

describe('which template carries a message', () => {
  test('the person’s language first, in Meta’s spelling of it, then the shop’s', () => {
    const both = [approved(backInStock, 'es'), approved(backInStock, 'pt_BR')]
    expect(decide({}, both)).toMatchObject({ kind: 'fits', outgoing: { language: 'pt_BR' } })
    expect(decide({}, [approved(backInStock, 'es')])).toMatchObject({ outgoing: { language: 'es' } })
    expect(decide({}, [approved(backInStock, 'en')])).toEqual({ kind: 'unfit', reason: 'template_missing' })
  })

  test.each(['PENDING', 'PAUSED', 'DISABLED', 'REJECTED', 'DELETED'])(
    'the shop’s language where the person’s is %s',
    (status) => {
      const other = [approved(backInStock, 'pt_BR', { status }), approved(backInStock, 'es')]
      expect(decide({}, other)).toMatchObject({ kind: 'fits', template: { language: 'es' } })
    },
  )

  test.each([
    ['PAUSED', 'template_paused'],
    ['FLAGGED', 'template_flagged'],
    ['DISABLED', 'template_disabled'],
    ['REJECTED', 'template_rejected'],
    ['PENDING', 'template_pending'],
    ['IN_APPEAL', 'template_pending'],
    ['NOT_MADE', 'template_pending'],
    ['DELETED', 'template_missing'],
    ['SOMETHING_NEW', 'template_missing'],
  ])('none that is %s: marketing waits, and says why', (status, reason) => {
    expect(decide({}, [approved(backInStock, 'es', { status })])).toEqual({ kind: 'wait', reason })
  })

  test('none that is paused for anything else either, which does not wait', () => {
    const paused = approved(backInStock, 'es', { status: 'PAUSED' })
    expect(decideTemplate(content, 'transactional', [paused], backInStock)).toEqual({
      kind: 'unfit',
      reason: 'template_paused',
    })
    const flagged = approved(backInStock, 'es', { status: 'FLAGGED' })
    expect(decideTemplate(content, 'transactional', [flagged], backInStock).kind).toBe('fits')
  })

  test('none that waits goes before one that fits, and what may fit later is waited for', () => {
    const { price: _, ...tooFew } = content.parameters
    const paused = approved(backInStock, 'es', { status: 'PAUSED' })
    expect(decide({ parameters: tooFew }, [approved(backInStock, 'pt_BR'), paused])).toEqual({
      kind: 'wait',
      reason: 'template_paused',
    })
  })

  test('for marketing, only one of that category, and one that was moved there only with a merchant’s yes', () => {
    const moved = approved(backInStock, 'es', { category: 'UTILITY' })
    expect(decide({}, [moved])).toEqual({ kind: 'wait', reason: 'category_changed' })
    expect(decide({}, [{ ...moved, acceptedCategory: 'UTILITY' }])).toEqual({
      kind: 'wait',
      reason: 'category_changed',
    })
    expect(decideTemplate(content, 'transactional', [moved], backInStock).kind).toBe('fits')
    const dearer = approved(backInStock, 'es', { acceptedCategory: 'UTILITY' })
    expect(decide({}, [dearer])).toEqual({ kind: 'wait', reason: 'category_changed' })
    expect(decide({}, [{ ...dearer, acceptedCategory: 'MARKETING' }]).kind).toBe('fits')
  })

  test('with values by name, the link’s end and the way out', () => {
    expect(decide({}, [approved(backInStock, 'es')])).toMatchObject({
      kind: 'fits',
      outgoing: {
        kind: 'template',
        name: 'back_in_stock',
        language: 'es',
        header: { media: 'image', source: { link: 'https://shop.example/a.jpg' } },
        parameters: [
          { name: 'first_name', text: 'Ana' },
          { name: 'product_name', text: 'Camisa' },
          { name: 'price', text: 'R$ 10' },
          { name: 'shop_name', text: 'Loja' },
        ],
        buttons: [
          { kind: 'url', index: 0, suffix: 'produto/camisa/' },
          { kind: 'quick_reply', index: 1, payload: 'HUB_OPT_OUT' },
        ],
      },
    })
  })

  test('with the wording for somebody whose name is not known', () => {
    const { first_name: _, ...nameless } = content.parameters
    for (const parameters of [nameless, { ...nameless, first_name: ' ' }]) {
      expect(decide({ parameters }, [approved(backInStock, 'es')])).toMatchObject({
        outgoing: { parameters: [{ name: 'first_name', text: 'de nuevo' }, {}, {}, {}] },
      })
    }
  })

  test('with values by number, wherever they stand in the text', () => {
    const over = { name: 'sale', languages: ['en'], parameters: { price: '9 EUR', product_name: 'Shirt' } }
    expect(decide(over, [approved(positional, 'en')], positional)).toMatchObject({
      outgoing: { parameters: [{ text: 'Shirt' }, { text: '9 EUR' }], buttons: [{ kind: 'quick_reply' }] },
    })
    const numbered = { ...over, parameters: { 1: 'Shirt', 2: '9 EUR' } }
    expect(
      decideTemplate({ ...content, ...numbered }, 'campaign', [approved(positional, 'en')], undefined),
    ).toMatchObject({
      outgoing: { parameters: [{ text: 'Shirt' }, { text: '9 EUR' }] },
    })
  })

  test('with payloads of the message’s own, found by role even where Meta’s template has its buttons in another order', () => {
    const turned = approved(backInStock, 'es')
    const buttons = turned.components.find(({ type }) => type === 'BUTTONS')!.buttons as unknown[]
    const components = turned.components.map((one) =>
      one.type === 'BUTTONS' ? { ...one, buttons: buttons.toReversed() } : one,
    )
    expect(decide({ buttonPayloads: { opt_out: 'MINE' } }, [{ ...turned, components }])).toMatchObject({
      outgoing: {
        buttons: [
          { kind: 'quick_reply', index: 0, payload: 'MINE' },
          { kind: 'url', index: 1 },
        ],
      },
    })
  })

  test('with line breaks and runs of spaces made single spaces, since Meta refuses them in values', () => {
    const parameters = { ...content.parameters, product_name: ' Camisa\n\tde    lino\0 ' }
    expect(decide({ parameters }, [approved(backInStock, 'es')])).toMatchObject({
      outgoing: { parameters: [{}, { text: 'Camisa de lino' }, {}, {}] },
    })
  })

  test.each<[string, Partial<TemplateContent>]>([
    ['a value is missing', { parameters: { first_name: 'Ana' } }],
    ['a value is empty', { parameters: { ...content.parameters, price: ' ' } }],
    ['the text would be too long', { parameters: { ...content.parameters, product_name: 'x'.repeat(1000) } }],
    ['the picture’s address is none', { headerImageUrl: 'a.jpg' }],
    ['the link has no end', { urlSuffix: undefined as never }],
    ['the link would be too long', { urlSuffix: 'é'.repeat(400) }],
  ])('none when %s', (_, over) => {
    expect(decide(over, [approved(backInStock, 'es')])).toEqual({
      kind: 'unfit',
      reason: 'parameters_invalid',
    })
  })
})
