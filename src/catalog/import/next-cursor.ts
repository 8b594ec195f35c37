import type { PageResult } from '../../connectors/woocommerce/woo-shop.ts'
import type { ImportCursor } from './import-store.ts'

/**
 * Where an import goes on after a page; null: it is finished. Variations are read from the shop's own list of all of them where it has
 * one (WooCommerce 10.3), else parent by parent.
 */
export async function nextCursor(
  cursor: ImportCursor,
  page: PageResult,
  findNextVariable: (afterWcId: number) => Promise<number | undefined>,
): Promise<ImportCursor | null> {
  if (page.kind === 'page' && cursor.page < page.pages) return { ...cursor, page: cursor.page + 1 }
  switch (cursor.stage) {
    case 'products':
      return { stage: 'variations', page: 1, parentWcId: null }
    case 'variations': {
      const listsAll = cursor.parentWcId === null && page.kind === 'page'
      const parentWcId = listsAll ? undefined : await findNextVariable(cursor.parentWcId ?? 0)
      return parentWcId === undefined
        ? { stage: 'customers', page: 1, parentWcId: null }
        : { stage: 'variations', page: 1, parentWcId }
    }
    case 'customers':
      return { stage: 'orders', page: 1, parentWcId: null }
    case 'orders':
      return null
  }
}
