import type { Prisma } from '../../../generated/prisma/client.ts'
import type { Reads } from './reads.ts'
import { given } from './fields.ts'
import { keyset, type Page } from './paging.ts'

const columns = {
  id: true,
  wcId: true,
  parentId: true,
  kind: true,
  status: true,
  isVisible: true,
  name: true,
  sku: true,
  retailerId: true,
  itemKey: true,
  permalink: true,
  imageUrl: true,
  attributes: true,
  currency: true,
  priceMinor: true,
  regularPriceMinor: true,
  salePriceMinor: true,
  stockManagedBy: true,
  stockQuantity: true,
  stockStatus: true,
  isInStock: true,
  isSellable: true,
  stockSince: true,
  modifiedAt: true,
  deletedAt: true,
} satisfies Prisma.ProductSelect

const cycleColumns = {
  id: true,
  productId: true,
  outSince: true,
  openedAt: true,
  cause: true,
} satisfies Prisma.StockCycleSelect

export interface ProductFilter {
  sku?: string | undefined
  q?: string | undefined
  inStock?: boolean | undefined
}

/** Whole products, each with its variations and the open stock cycle of every item. A filter by SKU also finds a product by its variation's. */
export async function findProducts(prisma: Reads, shopId: number, filter: ProductFilter, page: Page) {
  const { take, where, orderBy } = keyset(page)
  const products = await prisma.product.findMany({
    select: columns,
    where: { AND: [where, { shopId, parentId: null }, await matches(prisma, shopId, filter)] },
    orderBy,
    take,
  })
  return withItems(prisma, shopId, products)
}

/** Any item by our id: a whole product, or one variation. */
export async function findProduct(prisma: Reads, shopId: number, id: number) {
  const product = await prisma.product.findFirst({ select: columns, where: { shopId, id } })
  if (product === null) return undefined
  const [found] = await withItems(prisma, shopId, [product])
  return found
}

async function matches(
  prisma: Reads,
  shopId: number,
  filter: ProductFilter,
): Promise<Prisma.ProductWhereInput> {
  const { sku, q, inStock } = filter
  const all: Prisma.ProductWhereInput[] = [given({ isInStock: inStock })]
  if (sku !== undefined) {
    const variations = await prisma.product.findMany({
      select: { parentId: true },
      where: { shopId, sku, parentId: { not: null } },
    })
    const parents = variations.flatMap(({ parentId }) => (parentId === null ? [] : [parentId]))
    all.push({ OR: [{ sku }, { id: { in: parents } }] })
  }
  if (q !== undefined) {
    all.push({
      OR: [{ name: { contains: q, mode: 'insensitive' } }, { sku: { startsWith: q, mode: 'insensitive' } }],
    })
  }
  return { AND: all }
}

async function withItems<Row extends { id: bigint }>(prisma: Reads, shopId: number, products: Row[]) {
  const variations = await prisma.product.findMany({
    select: columns,
    where: { shopId, parentId: { in: products.map(({ id }) => id) } },
    orderBy: { id: 'asc' },
  })
  const cycles = await prisma.stockCycle.findMany({
    select: cycleColumns,
    where: { shopId, productId: { in: [...products, ...variations].map(({ id }) => id) }, closedAt: null },
    orderBy: { id: 'asc' },
  })
  const openCycles = new Map(cycles.map((cycle) => [cycle.productId, cycle]))
  const withCycle = <Item extends { id: bigint }>(item: Item) => ({
    ...item,
    openCycle: openCycles.get(item.id) ?? null,
  })
  const variationsOf = groupByParent(variations.map(withCycle))
  return products.map((product) => ({
    ...withCycle(product),
    variations: variationsOf.get(product.id) ?? [],
  }))
}

function groupByParent<Item extends { parentId: bigint | null }>(items: Item[]): Map<bigint | null, Item[]> {
  const groups = new Map<bigint | null, Item[]>()
  for (const item of items) groups.set(item.parentId, [...(groups.get(item.parentId) ?? []), item])
  return groups
}
