// Elements as y-prosemirror writes them.
import * as Y from 'yjs'

/** An element with attributes; a child that is a string is its text. */
export const element = (name, attributes, ...children) => {
  const made = new Y.XmlElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.insert(0, children.map((child) => typeof child === 'string' ? new Y.XmlText(child) : child))
  return made
}

/** A string, or a pair of a string and its attributes, as a piece of a delta. */
export const toDelta = (piece) => {
  const [insert, attributes] = typeof piece === 'string' ? [piece] : piece
  return { insert, ...(attributes === undefined ? {} : { attributes }) }
}

/** Text with marks: pieces are strings, or pairs of a string and its marks. */
export const marked = (...pieces) => {
  const made = new Y.XmlText()
  made.applyDelta(pieces.map(toDelta))
  return made
}

/** Replaces a child as y-prosemirror does for one of another kind: the old one is deleted, another one is inserted. */
export const replace = (parent, index, child) => {
  parent.delete(index, 1)
  parent.insert(index, [child])
}
