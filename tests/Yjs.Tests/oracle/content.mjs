import * as Y from 'yjs'
import { roots } from './documents.mjs'

/** Everything that a reader of the document can see, as text: the shared types by name, map keys sorted. */
export const contentOf = (doc) => JSON.stringify(roots.map(([name, type]) => [name, describe(doc.get(name, type))]))

const describe = (value) => {
  if (value instanceof Y.XmlElement)
    return { element: value.nodeName, attributes: entries(attributes(value)), children: value.toArray().map(describe) }
  if (value instanceof Y.XmlFragment) return { fragment: value.toArray().map(describe) }
  if (value instanceof Y.XmlHook) return { hook: value.hookName, map: mapEntries(value) }
  if (value instanceof Y.Text) {
    const delta = value
      .toDelta()
      .map((op) => ({
        insert: describe(op.insert),
        attributes: op.attributes === undefined ? null : entries(op.attributes)
      }))
    return {
      [value instanceof Y.XmlText ? 'xmlText' : 'text']: delta,
      string: value.length,
      attributes: entries(value.getAttributes())
    }
  }
  if (value instanceof Y.Array) return { array: value.toArray().map(describe), length: value.length }
  if (value instanceof Y.Map) return { map: mapEntries(value) }
  if (value instanceof Y.Doc)
    return {
      doc: value.guid,
      meta: describe(value.meta),
      autoLoad: value.autoLoad,
      gc: value.gc,
      shouldLoad: value.shouldLoad
    }
  if (value === undefined) return { undefined: true }
  if (typeof value === 'bigint') return { bigint: `${value}` }
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { number: Object.is(value, -0) ? '-0' : `${value}` }
  if (value instanceof Uint8Array) return { bytes: [...value] }
  if (Array.isArray(value)) return value.map(describe)
  if (value !== null && typeof value === 'object') return { object: entries(value) }
  return value
}

const attributes = (element) =>
  Object.fromEntries(
    [...element._map.entries()].filter(([, item]) => !item.deleted).map(([key]) => [key, element.getAttribute(key)])
  )

const mapEntries = (map) => [...map.entries()].sort(byKey).map(([key, value]) => [key, describe(value)])

const entries = (object) => Object.entries(object).sort(byKey).map(([key, value]) => [key, describe(value)])

const byKey = ([a], [b]) => a < b ? -1 : a > b ? 1 : 0
