import { describe, expect, test } from 'vitest'
import { decideLanding, type Landing } from '../../src/results/decide-landing.ts'
import { isRobot } from '../../src/results/is-robot.ts'

const chrome =
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36'
const visit = (userAgent: string | undefined, over: { method?: string; purpose?: string } = {}): boolean =>
  isRobot({ method: over.method ?? 'GET', userAgent, purpose: over.purpose })

describe('a click is a person’s', () => {
  test.each([
    chrome,
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
    'Mozilla/5.0 (Linux; Android 13; CUBOT X70) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36',
    'Mozilla/5.0 (Linux; Android 12; SM-A125F; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/119.0 Mobile Safari/537.36',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0',
    'Opera/9.80 (Android; Opera Mini/58.0/191.293; U; pt) Presto/2.12.423 Version/12.16',
  ])('with %s', (userAgent) => {
    expect(visit(userAgent)).toBe(false)
  })
})

describe('a click is a program’s', () => {
  test.each([
    'WhatsApp/2.24.13.77 A',
    'WhatsApp/2.23.20.0',
    'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
    'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116 Safari/537.36',
    'Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5',
    'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)',
    'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0 Safari/537.36',
    'TelegramBot (like TwitterBot)',
    'curl/8.5.0',
    'python-requests/2.32',
    '',
    undefined,
  ])('with %s', (userAgent) => {
    expect(visit(userAgent)).toBe(true)
  })

  test('when only the head is asked for, or a browser fetches ahead', () => {
    expect(visit(chrome, { method: 'HEAD' })).toBe(true)
    expect(visit(chrome, { purpose: 'prefetch;prerender' })).toBe(true)
    expect(visit(chrome, { purpose: 'preview' })).toBe(true)
  })
})

describe('a link leads', () => {
  const landing: Landing = {
    permalink: 'https://shop.example/product/mug/?attribute_size=L',
    storeUrl: 'https://shop.example',
    allowedOrigins: ['https://outlet.example'],
    medium: 'alert',
    campaign: 'price_drop',
    token: 'TOKEN',
  }
  const utm = 'utm_source=whatsapp&utm_medium=alert&utm_campaign=price_drop&utm_content=TOKEN'

  test('to the product’s page, with what it had in its address', () => {
    expect(decideLanding(landing)).toBe(`https://shop.example/product/mug/?attribute_size=L&${utm}`)
  })

  test('to an address that the shop allows', () => {
    expect(decideLanding({ ...landing, permalink: 'https://outlet.example/mug' })).toBe(
      `https://outlet.example/mug?${utm}`,
    )
  })

  test.each([
    null,
    'https://evil.example/product/mug/',
    'https://shop.example.evil.example/',
    'https://shop.example@evil.example/',
    'http://shop.example/product/mug/',
    'https://shop.example:8443/',
    '//evil.example/x',
    'javascript:alert(1)',
    'data:text/html,x',
    'not an address',
    '',
  ])('to the shop’s front page instead of %s', (permalink) => {
    expect(decideLanding({ ...landing, permalink })).toBe(`https://shop.example/?${utm}`)
  })

  test('without the sign-in that an address carries', () => {
    const address = decideLanding({ ...landing, permalink: 'https://user:secret@shop.example/mug' })
    expect(address).toBe(`https://shop.example/mug?${utm}`)
  })

  test('nowhere when the shop has no address', () => {
    expect(decideLanding({ ...landing, storeUrl: null })).toBeUndefined()
  })
})
