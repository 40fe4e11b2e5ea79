// Two authors of one document, who take turns: one writes a section, the other revises it.
import * as Y from 'yjs'
import * as blocknote from './blocknote.mjs'
import * as lexical from './lexical.mjs'
import * as quill from './quill.mjs'
import * as tiptap from './tiptap.mjs'

const kinds = { tiptap, blocknote, lexical, quill }

// In an encoded state the structs of the higher id come first, so what it lost is gone before the replacement comes.
const ids = [2_000_000_002, 1_000_000_001]

/**
 * A document as the editor's binding writes it.
 * @param {keyof typeof kinds} editor whose binding
 * @param {number} bytes about its size
 * @param {{ marks?: boolean }} options whether each author also marks words of the other's, in the last quarter
 * @returns {{ history: Uint8Array[], early: number, whole: Uint8Array }} its updates; how many of them there are when a
 *   quarter of the sections is written and none is revised; its state
 */
export const write = (editor, bytes, { marks = false } = {}) => {
  const kind = kinds[editor]
  const history = []
  const docs = ids.map((id) => Object.assign(new Y.Doc(), { clientID: id }))
  for (const [index, doc] of docs.entries()) {
    doc.on('update', (update, origin) => {
      if (origin === 'other') return
      history.push(update)
      Y.applyUpdate(docs[1 - index], update, 'other')
    })
  }
  const sections = Math.min(100, Math.ceil(bytes / 25_000))
  const letters = Math.floor(bytes / sections) - kind.overhead
  // Every fifth section is the other one's.
  const author = (section) => section % 5 === 4 ? docs[1] : docs[0]
  const reviser = (section) => section % 5 === 4 ? docs[0] : docs[1]
  const early = Math.floor(sections / 4)
  for (let section = 0; section < sections; section++) {
    author(section).transact(() => kind.write(author(section), section, words(letters)))
  }
  for (let section = 0; section < sections; section++) {
    reviser(section).transact(() => {
      kind.revise(reviser(section), section)
      if (marks && section >= sections * 3 / 4) kind.mark(reviser(section), section)
    })
  }
  const whole = Y.encodeStateAsUpdate(docs[0])
  for (const doc of docs) doc.destroy()
  return { history, early, whole }
}

const words = (letters) => 'Some words of a long text. '.repeat(Math.ceil(letters / 27)).slice(0, letters)
