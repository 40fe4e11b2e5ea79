import * as Y from 'yjs'

/** Structs and deletes of an update, as Yjs reads them. */
export const decode = (update) => Y.decodeUpdate(update)

/**
 * Writes an update from items that `decode` gave, grouped by client in descending order, with a Skip where clocks are
 * missing. `deletes` is a list of [client, clock, length].
 */
export const encode = (structs, deletes) => {
  const encoder = new Y.UpdateEncoderV1()
  const clients = groupBy(structs, struct => struct.id.client)
  writeVarUint(encoder, clients.size)
  for (const [client, unsorted] of descending(clients)) {
    const sorted = unsorted.sort((a, b) => a.id.clock - b.id.clock)
    const run = []
    let clock = sorted[0].id.clock
    for (const struct of sorted) {
      if (struct.id.clock > clock) run.push(new Y.Skip(Y.createID(client, clock), struct.id.clock - clock))
      run.push(struct)
      clock = struct.id.clock + struct.length
    }
    writeVarUint(encoder, run.length)
    encoder.writeClient(client)
    writeVarUint(encoder, run[0].id.clock)
    for (const struct of run) struct.write(encoder, 0)
  }
  const ranges = groupBy(deletes, ([client]) => client)
  writeVarUint(encoder, ranges.size)
  for (const [client, list] of descending(ranges)) {
    writeVarUint(encoder, client)
    writeVarUint(encoder, list.length)
    for (const [, clock, length] of list.sort((a, b) => a[1] - b[1])) {
      encoder.writeDsClock(clock)
      encoder.writeDsLen(length)
    }
  }
  return encoder.toUint8Array()
}

const writeVarUint = (encoder, value) => encoder.writeClient(value)

const descending = (map) => [...map.entries()].sort((a, b) => b[0] - a[0])

const groupBy = (list, key) => {
  const groups = new Map()
  for (const element of list) {
    const group = groups.get(key(element))
    if (group === undefined) groups.set(key(element), [element])
    else group.push(element)
  }
  return groups
}

export const deletesOf = (decoded) => {
  const list = []
  for (const [client, items] of decoded.ds.clients) for (const item of items) list.push([client, item.clock, item.len])
  return list
}

/** The part [from, to) of a struct, or null where Yjs cannot cut: inside a value, or inside a surrogate pair. */
export const slice = (struct, from, to) => {
  if (from === 0 && to === struct.length) return struct
  const id = Y.createID(struct.id.client, struct.id.clock + from)
  if (struct instanceof Y.GC) return new Y.GC(id, to - from)
  const content = sliceContent(struct.content, from, to)
  if (content === null) return null
  const origin = from === 0 ? struct.origin : Y.createID(id.client, id.clock - 1)
  return new Y.Item(id, null, origin, null, struct.rightOrigin, struct.parent, struct.parentSub, content)
}

const sliceContent = (content, from, to) => {
  if (content instanceof Y.ContentString) {
    return splitsPair(content.str, from) || splitsPair(content.str, to)
      ? null
      : new Y.ContentString(content.str.slice(from, to))
  }
  if (content instanceof Y.ContentDeleted) return new Y.ContentDeleted(to - from)
  if (content instanceof Y.ContentAny) return new Y.ContentAny(content.arr.slice(from, to))
  if (content instanceof Y.ContentJSON) return new Y.ContentJSON(content.arr.slice(from, to))
  return null
}

export const splitsPair = (text, at) => at > 0 && at < text.length && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800

/**
 * Cuts an update in up to `count` updates that together say the same; some have holes, and deletes may come apart from
 * what they delete.
 */
export const cut = (update, count, random) => {
  const decoded = decode(update)
  const pieces = Array.from({ length: count }, () => ({ structs: [], deletes: [] }))
  for (const struct of decoded.structs) {
    if (struct instanceof Y.Skip) continue
    let from = 0
    while (from < struct.length) {
      let to = random.chance(0.5) ? struct.length : random.between(from + 1, struct.length)
      let part = slice(struct, from, to)
      if (part === null) part = slice(struct, from, to = struct.length)
      random.pick(pieces).structs.push(part)
      from = to
    }
  }
  for (const [client, clock, length] of deletesOf(decoded)) {
    const first = random.chance(0.6) ? length : random.between(1, length)
    random.pick(pieces).deletes.push([client, clock, first])
    if (first < length) random.pick(pieces).deletes.push([client, clock + first, length - first])
  }
  // Runs of values keep a copy of their deletes: under a key, only a deleted run is something that Yjs writes.
  for (const piece of pieces) {
    for (const struct of piece.structs) {
      if (struct.length > 1 && (struct.content instanceof Y.ContentAny || struct.content instanceof Y.ContentJSON))
        piece.deletes.push(...deletesWithin(decoded, struct))
    }
  }
  return pieces
    .filter((piece) => piece.structs.length + piece.deletes.length > 0)
    .map((piece) => encode(piece.structs, piece.deletes))
}

const deletesWithin = (decoded, { id, length }) =>
  deletesOf(decoded)
    .filter(([client, clock, count]) => client === id.client && clock < id.clock + length && id.clock < clock + count)
    .map(([client, clock, count]) => [
      client,
      Math.max(clock, id.clock),
      Math.min(clock + count, id.clock + length) - Math.max(clock, id.clock)
    ])

/** Rewrites "any" content as the JSON content of old documents. */
export const toLegacy = (update) => {
  const decoded = decode(update)
  const structs = decoded.structs.filter((struct) => !(struct instanceof Y.Skip))
  for (const struct of structs)
    if (struct.content instanceof Y.ContentAny) struct.content = new Y.ContentJSON(struct.content.arr)
  return encode(structs, deletesOf(decoded))
}

const idText = (id) => id === null || id === undefined ? '-' : `${id.client}:${id.clock}`

/**
 * An update unit by unit (client:clock → what it is), however its structs are cut or joined; and the same for its
 * deletes.
 */
export const units = (update, blurred = false) => {
  const decoded = decode(update)
  const map = new Map()
  for (const struct of decoded.structs) {
    if (struct instanceof Y.Skip) continue
    const { client, clock } = struct.id
    const content = struct instanceof Y.GC ? null : unitContents(struct.content, blurred)
    for (let i = 0; i < struct.length; i++) {
      if (content === null) map.set(`${client}:${clock + i}`, 'gc')
      else {
        const origin = i === 0 ? idText(struct.origin) : `${client}:${clock + i - 1}`
        const name = struct.parent instanceof Y.ID ? idText(struct.parent) : JSON.stringify(struct.parent)
        const parent = i > 0 || struct.parent === null ? '' : ` in ${name} ${struct.parentSub ?? ''}`
        map.set(`${client}:${clock + i}`, `${content(i)} after ${origin} before ${idText(struct.rightOrigin)}${parent}`)
      }
    }
  }
  return { map, deletes: normalDeletes(decoded) }
}

const unitContents = (content, blurred) => {
  const name = content.constructor.name
  if (content instanceof Y.ContentString) {
    const text = content.str
    return i => {
      const code = text.charCodeAt(i)
      return `${name} ${(blurred && (code & 0xf800) === 0xd800 ? 0xfffd : code).toString(16)}`
    }
  }
  if (content instanceof Y.ContentDeleted) return () => name
  if (content instanceof Y.ContentAny || content instanceof Y.ContentJSON) return i => `${name} ${show(content.arr[i])}`
  const encoder = new Y.UpdateEncoderV1()
  content.write(encoder, 0)
  const bytes = Buffer.from(encoder.toUint8Array()).toString('hex')
  return () => `${name} ${bytes}`
}

const show = (value) =>
  JSON.stringify(value, (_key, v) =>
    typeof v === 'bigint'
      ? `${v}n`
      : v instanceof Uint8Array
        ? [...v]
        : Object.is(v, -0)
          ? '-0'
          : v === undefined
            ? 'undefined'
            : Number.isFinite(v) || typeof v !== 'number'
              ? v
              : `${v}`
  )

/** The delete set as sorted text with adjacent ranges joined. */
export const normalDeletes = (decoded) => {
  const text = []
  for (const [client, list] of descending(groupBy(deletesOf(decoded), ([id]) => id))) {
    let end = -1
    let start = -1
    for (const [, clock, length] of list.sort((a, b) => a[1] - b[1])) {
      if (clock > end) {
        if (end >= 0) text.push(`${client}:${start}-${end}`)
        start = clock
        end = clock + length
      } else end = Math.max(end, clock + length)
    }
    text.push(`${client}:${start}-${end}`)
  }
  return text.join(' ')
}

/**
 * The first unit in which two updates differ, in words; null when they say the same. Blurred: halves of surrogate pairs
 * count as replacement characters, since whether Yjs cut through a pair depends on what else it has seen.
 */
export const difference = (expected, actual, blurred = false) => {
  const a = units(expected, blurred)
  const b = units(actual, blurred)
  for (const [id, unit] of a.map)
    if (b.map.get(id) !== unit) return `at ${id}: expected ${unit}; got ${b.map.get(id) ?? 'nothing'}`
  for (const [id, unit] of b.map) if (!a.map.has(id)) return `at ${id}: expected nothing; got ${unit}`
  return a.deletes === b.deletes ? null : `deletes: expected ${a.deletes}; got ${b.deletes}`
}

/** Per client, the clock up to which no struct is missing in any of the updates, as an encoded state vector. */
export const contiguous = (updates) => {
  const ranges = new Map()
  for (const update of updates) {
    for (const struct of decode(update).structs) {
      if (struct instanceof Y.Skip) continue
      if (!ranges.has(struct.id.client)) ranges.set(struct.id.client, [])
      ranges.get(struct.id.client).push([struct.id.clock, struct.id.clock + struct.length])
    }
  }
  const vector = new Map()
  for (const [client, list] of ranges) {
    let end = 0
    for (const [from, to] of list.sort((a, b) => a[0] - b[0])) if (from <= end) end = Math.max(end, to)
    if (end > 0) vector.set(client, end)
  }
  return Y.encodeStateVector(vector)
}

/**
 * Whether every character in an update's strings is the one that `characters` (from `charactersOf`) has at that clock.
 */
export const agrees = (update, characters) => {
  for (const struct of decode(update).structs) {
    if (!(struct.content instanceof Y.ContentString)) continue
    const known = characters.get(struct.id.client)
    const text = struct.content.str
    for (let i = 0; i < text.length; i++) if (known?.[struct.id.clock + i] !== text.charCodeAt(i)) return false
  }
  return true
}

/** Per client, the UTF-16 code units of all strings, by clock. */
export const charactersOf = (updates) => {
  const characters = new Map()
  for (const update of updates) {
    for (const struct of decode(update).structs) {
      if (!(struct.content instanceof Y.ContentString)) continue
      if (!characters.has(struct.id.client)) characters.set(struct.id.client, [])
      const known = characters.get(struct.id.client)
      for (let i = 0; i < struct.length; i++) known[struct.id.clock + i] = struct.content.str.charCodeAt(i)
    }
  }
  return characters
}
