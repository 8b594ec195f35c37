import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatMoney, parseMinor, toDecimal } from '../../src/platform/money.ts'

describe('money', () => {
  test.each([
    ['19', 'EUR', 1900],
    ['27.5', 'EUR', 2750],
    ['12.90', 'EUR', 1290],
    ['0.295', 'EUR', 30],
    ['19.999', 'EUR', 2000],
    ['-26.90', 'EUR', -2690],
    ['1200', 'JPY', 1200],
    ['1.2345', 'KWD', 1235],
    ['1.005', 'EUR', 101],
  ])('%s %s is %d in the smallest unit', (text, currency, minor) => {
    expect(parseMinor(text, currency)).toBe(minor)
  })

  test.each(['', ' ', '1.234,56', '1,5', '1e3', 'free', '.5', '0x10', 'NaN', '1.2.3', '--1'])(
    '%j is no amount',
    (text) => {
      expect(parseMinor(text, 'EUR')).toBeUndefined()
    },
  )

  test('every amount is read back as it was written', () => {
    const amounts = fc.integer({ min: -(10 ** 12), max: 10 ** 12 })
    fc.assert(
      fc.property(amounts, fc.constantFrom('EUR', 'JPY', 'KWD'), (minor, currency) => {
        expect(parseMinor(toDecimal(minor, currency), currency)).toBe(minor === 0 ? 0 : minor)
      }),
    )
  })

  test('is shown as the reader’s country writes it', () => {
    expect(formatMoney(129_050, 'EUR', 'de')).toBe('1.290,50 €')
    expect(formatMoney(129_050, 'BRL', 'pt_BR')).toBe('R$ 1.290,50')
    expect(formatMoney(1290, 'JPY', 'en')).toBe('¥1,290')
  })
})
