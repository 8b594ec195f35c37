import { expect, test } from 'vitest'
import fc from 'fast-check'
import { cutText } from '../../src/campaigns/compose-cut.ts'
import { greetingName } from '../../src/campaigns/compose-greeting.ts'
import { wordList, wordName } from '../../src/campaigns/compose-wording.ts'

test.each<[string | null, string]>([
  ['Ana', 'Ana'],
  ['Ana Maria Silva', 'Ana'],
  ['  João  ', 'João'],
  ['🌸 Inês 🌸', 'Inês'],
  ['🌸Inês🌸', 'Inês'],
  ['*Rui*', 'Rui'],
  ['~Rui~ Costa', 'Rui'],
  ["D'Arcy", "D'Arcy"],
  ['Jean-Luc Picard', 'Jean-Luc'],
  ['J. Smith', 'J.'],
  ['अनन्या शर्मा', 'अनन्या'],
  ['سلمى', 'سلمى'],
  ['李小龙', '李小龙'],
  ['+351 912 345 678', ''],
  ['912345678', ''],
  ['Ana123456', ''],
  ['ana@shop.example', ''],
  ['shop.example', ''],
  ['https://x.example', ''],
  ['{{1}}', ''],
  ['.', ''],
  ['👍', ''],
  ['\0\0', ''],
  ['', ''],
  [null, ''],
  ['x'.repeat(80), 'x'.repeat(30)],
])('%j is greeted as %j', (name, expected) => {
  expect(greetingName(name)).toBe(expected)
})

test('whatever a name holds, the greeting is short and has nothing that a message could trip over', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (name) => {
      const greeting = greetingName(name)
      expect(greeting.length).toBeLessThanOrEqual(30)
      expect(greeting).not.toMatch(/[\s\0@/*_~`{}\p{Surrogate}]/u)
    }),
  )
})

test('a text is cut between letters, not within them', () => {
  expect(cutText('नमस्ते दुनिया', 4)).toBe('नम')
  expect(cutText('ab👩‍👩‍👧‍👦', 5)).toBe('ab')
  expect(cutText('abc', 3)).toBe('abc')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.nat(20), (text, longest) => {
      const cut = cutText(text, longest)
      expect(text.startsWith(cut)).toBe(true)
      expect(cut.length).toBeLessThanOrEqual(longest)
    }),
  )
})

test('a product’s name is one line of at most 80 characters', () => {
  expect(wordName(' Blue\n mug\t(large) ')).toBe('Blue mug (large)')
  expect(wordName('x'.repeat(80))).toHaveLength(80)
  expect(wordName('x'.repeat(81))).toBe(`${'x'.repeat(79)}…`)
})

test.each([
  ['en', 'A, B, and C'],
  ['es', 'A, B y C'],
  ['pt_BR', 'A, B e C'],
  ['fr', 'A, B et C'],
  ['de', 'A, B und C'],
  ['hi', 'A, B, और C'],
  ['id', 'A, B, dan C'],
  ['ar', 'A وB وC'],
])('lists read as in %s: %s', (language, expected) => {
  expect(wordList(['A', 'B', 'C'], language)).toBe(expected)
})
