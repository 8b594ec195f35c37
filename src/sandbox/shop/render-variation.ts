import { linksOf } from './render-links.ts'
import { addressOf, attributesOf, commonFields, imagesOf, optionsOf, stockFields } from './render-product.ts'
import type { Product, ShopDeps } from './shop-state.ts'

/** A variation as the variation endpoints show it: other fields than a product's, in another order. */
export function renderVariation(deps: ShopDeps, variation: Product): Record<string, unknown> {
  const { dates, prices } = commonFields(deps, variation)
  const { manage_stock, stock_quantity, ...backorders } = stockFields(deps, variation)
  const parent = deps.state.products.find(variation.parentId)
  return {
    id: variation.id,
    type: 'variation',
    ...dates,
    description: variation.description,
    permalink: addressOf(deps, variation),
    // Without one of its own it shows its parent's.
    sku: variation.sku === '' ? (parent?.sku ?? '') : variation.sku,
    global_unique_id: '',
    ...prices,
    status: variation.status,
    purchasable: variation.price !== '' && variation.status === 'publish',
    virtual: false,
    downloadable: false,
    downloads: [],
    download_limit: -1,
    download_expiry: -1,
    tax_status: 'taxable',
    tax_class: '',
    manage_stock,
    stock_quantity,
    stock_status: variation.stockStatus,
    ...backorders,
    low_stock_amount: variation.lowStockAmount,
    weight: variation.weight,
    dimensions: { length: '', width: '', height: '' },
    shipping_class: '',
    shipping_class_id: 0,
    image: imagesOf(deps, variation)[0] ?? null,
    gallery_image_ids: [],
    attributes: attributesOf(variation),
    menu_order: 0,
    meta_data: variation.metaData,
    name: optionsOf(variation),
    parent_id: variation.parentId,
    _links: linksOf(deps, `products/${variation.parentId}/variations/${variation.id}`, {
      up: `products/${variation.parentId}`,
    }),
  }
}
