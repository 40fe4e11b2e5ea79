import { byId, element, setText, signs } from './dom'
import { clockTime, since } from './format'
import type { View } from './view'

/** How the services do that the nodes use, as the nodes' own calls tell. */
export class Services {
  readonly #list = byId('services')
  readonly #items = new Map<string, HTMLLIElement>()

  show ({ nodes }: View): void {
    const services = new Map<string, { name: string, use: string, nodes: number, failing: string[] }>()
    for (const { name, use, failingSince } of nodes.flatMap((node) => node.services)) {
      const service = services.get(`${name} ${use}`) ?? { name, use, nodes: 0, failing: [] }
      services.set(`${name} ${use}`, service)
      service.nodes++
      if (failingSince !== null) service.failing.push(failingSince)
    }
    for (const [key, item] of this.#items) {
      if (services.has(key)) continue
      item.remove()
      this.#items.delete(key)
    }
    for (const [key, { name, use, nodes: all, failing }] of services) {
      let item = this.#items.get(key)
      if (item === undefined) {
        item = element(
          'li',
          {},
          element('span', { className: 'sign', ariaHidden: 'true' }),
          element('strong', { textContent: name }),
          element('span', { className: 'use', textContent: use }),
          element('span', { className: 'how' })
        )
        this.#items.set(key, item)
        this.#list.append(item)
      }
      const isGood = failing.length === 0
      item.dataset['tone'] = isGood ? 'good' : 'bad'
      setText(item.querySelector('.sign')!, isGood ? signs.good : signs.bad)
      const first = failing.toSorted()[0]
      setText(
        item.querySelector('.how')!,
        first === undefined
          ? 'works'
          : `fails${failing.length < all ? ` on ${failing.length} of ${all} nodes` : ''} ` +
            `since ${clockTime(first)} (${since(first)})`
      )
    }
  }
}
