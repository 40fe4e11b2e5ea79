import * as Y from 'yjs'
import { contentOf } from './content.mjs'
import { build } from './scenario.mjs'
import { contiguous, difference } from './updates.mjs'

/** Each judge returns what is wrong, or null. `subset` lists the updates that the answer stands for (null: all). */

/** The answers together must say what the updates say. */
export const same = (scenario, subset, gc, answers, bound) => {
  const expected = scenario.expected(subset, gc)
  const actual = build(answers, gc)
  if (!equal(actual.vector, expected.vector)) {
    return expected.pending
      ? ahead(scenario, subset, gc, answers, expected, actual)
      : `state vector ${hex(actual.vector)} instead of ${hex(expected.vector)}`
  }
  if (!expected.pending && actual.pending) return 'Yjs finds something missing in the answer'
  if (bound && gc && !expected.pending && answers[0].length > expected.bytes.length)
    return `${answers[0].length} bytes, where Yjs needs ${expected.bytes.length}`
  // Without garbage collection among clients with it, who sees content before it is deleted depends on the order: only
  // what is visible must agree.
  return compare(expected, actual, gc || scenario.keepsDeleted, !gc)
}

/**
 * With holes the engine may know more than Yjs integrates: a struct that lost its parent needs nothing that is missing.
 * Then both together must agree, whichever comes first.
 */
const ahead = (scenario, subset, gc, answers, expected, actual) => {
  const clocks = Y.decodeStateVector(actual.vector)
  for (const [client, clock] of Y.decodeStateVector(expected.vector)) {
    if ((clocks.get(client) ?? 0) < clock)
      return `client ${client} ends at ${clocks.get(client)}, where Yjs comes to ${clock}`
  }
  const updates = subset === null ? scenario.updates : subset.map((i) => scenario.updates[i])
  return compare(
    build([...updates, ...answers], gc),
    build([...answers, ...updates], gc),
    gc || scenario.keepsDeleted,
    !gc
  )
}

/** With the updates that were left out, the answers must say the whole. */
export const completes = (scenario, subset, gc, answers) => {
  const rest = scenario.updates.filter((_update, i) => !subset.includes(i))
  return compareWhole(scenario, gc, [...answers, ...rest])
}

/** A holder's state and the answer must together say the whole. */
export const holderDiff = (scenario, holder, answer) =>
  compareWhole(scenario, true, [...scenario.holders[holder], answer])

/** The answer must be, unit by unit, what Yjs answers to the same state vector. */
export const arbitraryDiff = (scenario, index, answer) => {
  if (scenario.pending) return null
  const vector = scenario.arbitrary[index]
  const found = difference(Y.encodeStateAsUpdate(scenario.expected(null, true).doc, vector), answer, true)
  return found === null ? null : `${found}; state vector ${hex(vector)}; got ${hex(answer)}`
}

/** The state vector must end at each client's first hole. */
export const vector = (scenario, subset, answer) => {
  const updates = subset === null ? scenario.updates : subset.map(i => scenario.updates[i])
  const expected = contiguous(updates)
  return equal(expected, answer) ? null : `state vector ${hex(answer)} instead of ${hex(expected)}`
}

/**
 * In what two updates differ that should have been the same bytes. One difference is allowed: where a pair of
 * surrogates was cut, some clients send both halves as U+FFFD and others still the whole pair. Yjs keeps what it hears
 * first and cuts when it integrates, and so may the engine.
 */
export const different = (expected, actual) => {
  const found = difference(expected, actual)
  if (found !== null && difference(expected, actual, true) === null) return null
  return `${found ?? 'only in how structs are cut or flagged'}; expected ${hex(expected)}; got ${hex(actual)}`
}

const compareWhole = (scenario, gc, answers) => {
  const expected = scenario.expected(null, gc)
  const actual = build(answers, gc)
  if (!equal(actual.vector, expected.vector)) {
    return expected.pending ? null : `state vector ${hex(actual.vector)} instead of ${hex(expected.vector)}`
  }
  return compare(expected, actual, gc || scenario.keepsDeleted, !gc)
}

const compare = (expected, actual, exact, blurred) => {
  if (expected.content !== actual.content)
    return `content differs: ${firstDifference(expected.content, actual.content)}`
  if (!equal(expected.vector, actual.vector))
    return `state vector ${hex(actual.vector)} instead of ${hex(expected.vector)}`
  if (!exact || equal(expected.bytes, actual.bytes)) return null
  const found = difference(expected.bytes, actual.bytes, blurred)
  if (found === null && blurred) return null
  const what = found ?? 'only in how structs are cut'
  return `bytes differ: ${what}; expected ${hex(expected.bytes)}; got ${hex(actual.bytes)}`
}

const describeStruct = (struct) => {
  const kind = struct.content ?? struct
  return `${struct.id.client}:${struct.id.clock}+${struct.length} ${kind.constructor.name}`
}

const firstDifference = (expected, actual) => {
  let at = 0
  while (expected[at] === actual[at]) at++
  const from = Math.max(0, at - 80)
  return `expected …${expected.slice(from, at + 80)}…; got …${actual.slice(from, at + 80)}…`
}

const equal = (a, b) => Buffer.compare(a, b) === 0

const maxHex = Number(process.env.RELAY_TEST_SEED ? Infinity : 2000)

const hex = (bytes) => bytes.length > maxHex ? `(${bytes.length} bytes)` : Buffer.from(bytes).toString('hex')
