import { Router, type Response } from 'express'
import { drawPicture } from './draw-picture.ts'
import { totalsOf } from './render-order.ts'
import { fromMinor } from './money.ts'
import { optionsOf } from './render-product.ts'
import type { ShopDeps } from './shop-state.ts'
import { variationsOf } from './stock-rules.ts'

/** What a customer's browser sees: pictures, a page per product, and the page where an order is paid. Bare, so that links lead somewhere. */
export function storefront(deps: ShopDeps): Router {
  const { site, state } = deps
  const router = Router()
  // The second is WooCommerce's own stand-in for products without a picture.
  router.get(
    ['/wp-content/uploads/:file', '/wp-content/plugins/woocommerce/assets/images/:file'],
    (request, response) => {
      const { file } = request.params
      response
        .type('png')
        .set('cache-control', 'public, max-age=86400')
        .send(drawPicture(String(file)))
    },
  )
  router.get('/product/:slug{/}', (request, response) => {
    const product = state.products
      .all()
      .find(({ slug, type }) => slug === request.params.slug && type !== 'variation')
    if (product?.status !== 'publish') {
      sendPage(response, 404, site.name, ['Nothing is sold here (any more).'])
      return
    }
    const options = variationsOf(deps, product.id).map(
      (one) => `${optionsOf(one)}: ${one.price} ${site.currency}, ${one.stockStatus}`,
    )
    const lines = [
      product.description,
      `${product.price} ${site.currency}, ${product.stockStatus}`,
      ...options,
    ]
    sendPage(response, 200, product.name, lines)
  })
  router.get('/checkout/order-pay/:id{/}', (request, response) => {
    const order = state.orders.find(request.params.id)
    if (order === undefined || request.query.key !== order.orderKey)
      sendPage(response, 404, site.name, ['There is no such order.'])
    else
      sendPage(response, 200, `Order ${order.id}`, [
        `${fromMinor(totalsOf(order).totalMinor)} ${site.currency}`,
        order.status,
      ])
  })
  router.get('/', (_request, response) => {
    const names = state.products
      .all()
      .filter(({ type, status }) => type !== 'variation' && status === 'publish')
    sendPage(
      response,
      200,
      site.name,
      names.map(({ name }) => name),
    )
  })
  return router
}

function sendPage(response: Response, status: number, title: string, lines: readonly string[]): void {
  const body = lines.map((line) => `<p>${escape(line)}</p>`).join('')
  response
    .status(status)
    .type('html')
    .send(`<!doctype html><title>${escape(title)}</title><h1>${escape(title)}</h1>${body}`)
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
