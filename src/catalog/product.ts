/** A product or variation as it is kept. Times are the shop's, money is minor units of `currency`. */
export interface Product {
  id: number
  shopId: number
  wcId: number
  parentId: number | null
  parentWcId: number | null
  kind: string
  status: string
  isVisible: boolean
  name: string
  sku: string | null
  retailerId: string
  itemKey: string
  translationGroup: string | null
  permalink: string | null
  imageUrl: string | null
  description: string | null
  attributes: { name: string; option: string }[]
  categoryIds: number[]
  currency: string | null
  /** What a consumer is shown. */
  priceMinor: number | null
  regularPriceMinor: number | null
  salePriceMinor: number | null
  /** As the merchant typed it in. */
  priceEntered: string | null
  saleFrom: Date | null
  saleTo: Date | null
  stockManagedBy: 'own' | 'parent' | 'none'
  stockQuantity: number | null
  stockStatus: string
  minQuantity: number
  lowStockAmount: number | null
  isInStock: boolean
  isSellable: boolean
  stockSince: Date | null
  firstPublishedAt: Date | null
  modifiedAt: Date
}

/** What of a shop the catalogue needs. */
export interface ShopOfCatalog {
  id: number
  currency: string
}
