// What Alfama Roasters, an invented coffee roaster in Lisbon, sells.

export interface SeedProduct {
  sku: string
  name: string
  category: string
  price: string
  /** Null: not counted. */
  stock: number | null
  text: string
  sale?: string
  isDraft?: true
  isSoldOut?: true
}

export interface SeedFamily {
  sku: string
  name: string
  category: string
  text: string
  attribute: string
  /** SKU's ending, option, price, own stock; without one the parent counts. */
  variations: readonly (readonly [suffix: string, option: string, price: string, stock?: number])[]
  /** Counted for all variations together. */
  sharedStock?: number
}

export const categories = ['Coffee', 'Brewing', 'Cups and glasses', 'Clothing', 'Gifts'] as const

const simple = (
  sku: string,
  [name, category, price]: readonly [string, (typeof categories)[number], string],
  stock: number | null,
  text: string,
): SeedProduct => ({ sku, name, category, price, stock, text })

export const simpleProducts: readonly SeedProduct[] = [
  simple('COF-MIRADOURO', ['Miradouro house blend, 250 g', 'Coffee', '9.80'], 64, 'Brazil and Guatemala, roasted for a round everyday cup.'),
  simple('COF-FADO', ['Fado dark roast, 250 g', 'Coffee', '9.20'], 41, 'Dark and slow, with cocoa and a little smoke.'),
  { ...simple('COF-SIDAMA', ['Ethiopia Sidama Bombe, 250 g', 'Coffee', '14.50'], 0, 'Washed heirloom varieties: jasmine, apricot, tea.'), isSoldOut: true },
  simple('COF-HUILA', ['Colombia Huila Las Nubes, 250 g', 'Coffee', '13.20'], 18, 'Red fruit and panela from a cooperative near Pitalito.'),
  simple('COF-CERRADO', ['Brazil Cerrado Mineiro natural, 250 g', 'Coffee', '11.40'], 33, 'Hazelnut, milk chocolate, very little acidity.'),
  { ...simple('COF-GESHA', ['Panama Boquete Gesha, 100 g', 'Coffee', '32.00'], 0, 'Forty kilos a year, and this is our share of them.'), isSoldOut: true },
  simple('COF-KIRINYAGA', ['Kenya Kirinyaga AA, 250 g', 'Coffee', '15.80'], 7, 'Blackcurrant and grapefruit, bright to the last sip.'),
  { ...simple('COF-ANTIGUA', ['Guatemala Antigua, 250 g', 'Coffee', '12.60'], 22, 'Orange peel and toffee, grown in volcanic soil.'), sale: '10.50' },
  simple('COF-TIMOR', ['Timor-Leste Letefoho, 250 g', 'Coffee', '13.90'], 12, 'Forest honey and spice from the hills of Ermera.'),
  { ...simple('COF-SAOTOME', ['São Tomé Monte Café, 250 g', 'Coffee', '16.40'], 0, 'Arabica from the island’s old plantation, in tiny lots.'), isSoldOut: true },
  simple('COF-DECAF', ['Swiss Water decaf, 250 g', 'Coffee', '11.90'], null, 'The evening cup, without the long night.'),
  simple('COF-CAPSULES', ['Compostable capsules, box of 20', 'Coffee', '8.90'], 120, 'The house blend for the machine you have.'),
  simple('COF-COLDBREW', ['Cold brew bags, pack of 5', 'Coffee', '10.90'], 26, 'Hang one in a litre of water and wait until morning.'),
  { ...simple('COF-XMAS', ['December blend, 250 g', 'Coffee', '12.90'], 90, 'Clove, fig and orange; roasted from the last week of November.'), isDraft: true },
  simple('BRW-V60', ['Ceramic dripper, size 02', 'Brewing', '24.00'], 14, 'The classic cone, in white porcelain.'),
  simple('BRW-PAPER', ['Paper filters, size 02, 100 pieces', 'Brewing', '5.20'], 200, 'Oxygen bleached, tabbed.'),
  simple('BRW-SERVER', ['Glass server, 600 ml', 'Brewing', '21.50'], 9, 'Borosilicate, with marks for two and four cups.'),
  { ...simple('BRW-KETTLE', ['Gooseneck kettle with thermometer', 'Brewing', '79.00'], 0, 'One litre, brushed steel, a spout that pours a thread.'), isSoldOut: true },
  simple('BRW-SCALE', ['Brewing scale with timer', 'Brewing', '49.90'], 6, 'Weighs to 0.1 g and counts the seconds.'),
  { ...simple('BRW-HANDMILL', ['Hand mill with steel burrs', 'Brewing', '119.00'], 5, 'Forty clicks from espresso to French press.'), sale: '99.00' },
  simple('BRW-PRESS', ['French press, one litre', 'Brewing', '38.00'], 11, 'Double walled, so the second cup is warm as well.'),
  simple('BRW-MOKA3', ['Moka pot for three', 'Brewing', '29.90'], 17, 'Aluminium, with a gasket that can be had for years.'),
  { ...simple('BRW-MOKA6', ['Moka pot for six', 'Brewing', '37.90'], 0, 'The family size.'), isSoldOut: true },
  simple('BRW-AERO', ['Travel press with 350 filters', 'Brewing', '42.00'], 8, 'For hotels, tents and offices.'),
  simple('BRW-TAMPER', ['Tamper, 58 mm', 'Brewing', '34.50'], 4, 'Walnut and steel, turned in Paredes.'),
  simple('BRW-JUG', ['Milk jug, 350 ml', 'Brewing', '18.00'], 23, 'A sharp spout for latte art.'),
  simple('BRW-BRUSH', ['Grinder brush', 'Brewing', '7.50'], null, 'Pig bristle, beech wood.'),
  simple('BRW-CANISTER', ['Vacuum canister, 1.2 l', 'Brewing', '36.00'], 10, 'Keeps half a kilo of beans fresh.'),
  simple('CUP-BICA', ['Bica cup with saucer', 'Cups and glasses', '12.00'], 48, 'Thick porcelain, 60 ml, as in the café downstairs.'),
  simple('CUP-GALAO', ['Galão glass, set of two', 'Cups and glasses', '15.00'], 31, 'Tall, ribbed, and it survives the dishwasher.'),
  { ...simple('CUP-AZULEJO', ['Azulejo mug, hand painted', 'Cups and glasses', '28.00'], 0, 'Painted in Setúbal; no two are alike.'), isSoldOut: true },
  simple('CUP-ENAMEL', ['Enamel mug', 'Cups and glasses', '14.50'], 27, 'For the balcony and the beach.'),
  simple('CUP-CORK', ['Travel cup with cork sleeve', 'Cups and glasses', '23.00'], 19, 'Glass and cork from the Alentejo, 340 ml.'),
  { ...simple('CUP-TASTING', ['Tasting bowl', 'Cups and glasses', '11.00'], 16, 'The bowl we slurp from every morning.'), sale: '8.80' },
  simple('GFT-CARD', ['Gift card', 'Gifts', '30.00'], null, 'Comes by post, on thick paper.'),
  simple('GFT-TRIO', ['Tasting trio, 3 x 100 g', 'Gifts', '21.00'], 13, 'One washed, one natural, one honey.'),
  { ...simple('GFT-STARTER', ['Starter box: dripper, filters, coffee', 'Gifts', '45.00'], 0, 'Everything for the first good cup at home.'), isSoldOut: true },
  simple('GFT-COURSE', ['Saturday brewing class', 'Gifts', '55.00'], 6, 'Three hours, six people, much coffee.'),
  simple('GFT-POSTER', ['Poster: the coffee map of Lisbon', 'Gifts', '18.00'], 40, '50 x 70 cm, risograph in two colours.'),
  simple('GFT-CHOC', ['Chocolate with coffee nibs, 80 g', 'Gifts', '6.50'], 55, '70 % cocoa from São Tomé.'),
] // prettier-ignore

export const families: readonly SeedFamily[] = [
  {
    sku: 'TEE-ELEVADOR', name: 'Elevador T-shirt', category: 'Clothing', attribute: 'Size',
    text: 'Heavy organic cotton with the yellow tram on the back.',
    variations: [['S', 'S', '26.00', 9], ['M', 'M', '26.00', 0], ['L', 'L', '26.00', 4], ['XL', 'XL', '28.00', 0]],
  },
  {
    sku: 'SWT-ROASTER', name: 'Roaster’s sweatshirt', category: 'Clothing', attribute: 'Size',
    text: 'Brushed inside, and it forgives coffee stains.',
    variations: [['S', 'S', '54.00', 3], ['M', 'M', '54.00', 5], ['L', 'L', '54.00', 0]],
  },
  {
    sku: 'SCK-CALCADA', name: 'Calçada socks', category: 'Clothing', attribute: 'Size',
    text: 'The pavement’s waves in black and white.',
    variations: [['36', '36-40', '11.00', 21], ['41', '41-45', '11.00', 17]],
  },
  {
    sku: 'APR-BARISTA', name: 'Barista apron', category: 'Clothing', attribute: 'Colour',
    text: 'Waxed canvas with cork straps. All colours are sewn from one roll.',
    sharedStock: 12,
    variations: [['BLK', 'Black', '39.00'], ['SND', 'Sand', '39.00'], ['OLV', 'Olive', '41.00']],
  },
  {
    sku: 'TOT-MARKET', name: 'Market tote', category: 'Clothing', attribute: 'Colour',
    text: 'Carries twelve kilos of anything.',
    sharedStock: 0,
    variations: [['NAT', 'Natural', '16.00'], ['BLU', 'Tile blue', '16.00']],
  },
  {
    sku: 'SUB-MONTHLY', name: 'Coffee by post, three months', category: 'Gifts', attribute: 'Bags a month',
    text: 'Roasted on Tuesday, in the letterbox on Thursday.',
    variations: [['1', '1', '36.00', 50], ['2', '2', '66.00', 50]],
  },
] // prettier-ignore
