import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalPhone, canonicalWaId } from '../../src/people/canonical-phone.ts'

const typed: [raw: string, shopCountry: string, e164: string, country: string][] = [
  ['912 345 678', 'PT', '+351912345678', 'PT'],
  ['351912345678', 'PT', '+351912345678', 'PT'],
  ['00351 912 345 678', 'BR', '+351912345678', 'PT'],
  ['(+351) 912-345-678', 'BR', '+351912345678', 'PT'],
  ['+351 912 345 678 ext. 3', 'PT', '+351912345678', 'PT'],
  ['0171 1234567', 'DE', '+491711234567', 'DE'],
  ['+49 (0)171 1234567', 'PT', '+491711234567', 'DE'],
  ['(650) 555-1234', 'US', '+16505551234', 'US'],
  ['+1 416 555 1234', 'PT', '+14165551234', 'CA'],
  ['٠١٠٠١٢٣٤٥٦٧', 'EG', '+201001234567', 'EG'],
  ['+91 98123 45678', 'PT', '+919812345678', 'IN'],
  ['0812-3456-7890', 'ID', '+6281234567890', 'ID'],
  ['11 98765-4321', 'BR', '+5511987654321', 'BR'],
  ['041 11 98765-4321', 'BR', '+5511987654321', 'BR'],
  ['(11) 3333-4444', 'BR', '+551133334444', 'BR'],
  ['+52 449 123 4567', 'PT', '+524491234567', 'MX'],
  ['1 449 123 4567', 'MX', '+524491234567', 'MX'],
  ['011 15 2345-6789', 'AR', '+5491123456789', 'AR'],
]

test.each(typed)('%s, typed in a shop in %s, is %s', (raw, shopCountry, e164, country) => {
  expect(canonicalPhone(raw, shopCountry)).toEqual({ e164, country })
})

test.each(['', 'call me', '12', '+', '00', '123456789012345678901', '+999123456789', '009800000'])(
  '%j is no number',
  (raw) => {
    expect(canonicalPhone(raw, 'PT')).toBeUndefined()
  },
)

describe('one person has one spelling, whoever spells it', () => {
  const spellings: [country: string, ...all: string[]][] = [
    ['BR', '551187654321', '5511987654321', '+55 11 8765-4321', '(11) 98765-4321', '(11) 8765-4321'],
    ['MX', '5214491234567', '524491234567', '+52 1 449 123 4567', '449 123 4567'],
    ['AR', '5491123456789', '541123456789', '+54 9 11 2345-6789', '11 2345-6789', '011 15 2345-6789'],
  ]
  test.each(spellings)('in %s', (country, waId, ...others) => {
    const canonical = canonicalWaId(waId)
    expect(canonical).toBeDefined()
    for (const spelling of [waId, ...others]) {
      expect(canonicalPhone(spelling, country)?.e164).toBe(canonical)
    }
  })
})

test('zeros that would be taken for prefixes the next time are no number', () => {
  expect(canonicalPhone('900000000000', 'BR')).toBeUndefined()
})

test("a Brazilian landline and a ninth digit in another country's number stay as they are", () => {
  expect(canonicalWaId('551133334444')).toBe('+551133334444')
  expect(canonicalWaId('16505551234')).toBe('+16505551234')
})

test('a number that WhatsApp writes from is known even where no country is known for it', () => {
  expect(canonicalWaId('15550783881')).toBe('+15550783881')
})

test.each(['', '12', 'US.123', '0351912345678', '1234567890123456'])('%j is no wa_id', (waId) => {
  expect(canonicalWaId(waId)).toBeUndefined()
})

test('a canonical number is its own canonical spelling, in whatever shop', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('BR', 'MX', 'AR', 'PT', 'DE', 'US', 'IN', 'ID'),
      fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: 7, maxLength: 13 }),
      fc.constantFrom('PT', 'US', 'BR', 'MX'),
      (country, digits, otherCountry) => {
        const first = canonicalPhone(digits, country)
        if (first === undefined) return
        expect(canonicalPhone(first.e164, otherCountry)).toEqual(first)
        expect(canonicalWaId(first.e164)).toBe(first.e164)
      },
    ),
    { numRuns: 2000 },
  )
})

test('whatever is typed, nothing is thrown', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (raw, country) => {
      canonicalPhone(raw, country)
      canonicalWaId(raw)
    }),
  )
})
