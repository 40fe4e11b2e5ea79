// A document of Lexical: a node is an embed with its properties as attributes, a text is a map before its letters.
import * as Y from 'yjs'
import { picture } from './picture.mjs'

/** About the bytes that a section has beside its long text. */
export const overhead = 4400

const parts = 7
const elementLook = { __format: 0, __style: '', __indent: 0, __dir: null, __textFormat: 0, __textStyle: '' }
const textLook = { __type: 'text', __format: 0, __style: '', __mode: 0, __detail: 0 }

const text = (letters, properties = {}) => ({ letters, properties })

/** Puts children at an offset; a child that is a string or made by `text` is letters behind a map. */
const insert = (parent, offset, ...children) => {
  for (const child of children) {
    const { letters, properties } = typeof child === 'string' ? text(child) : child
    if (letters === undefined) {
      parent.insertEmbed(offset++, child)
      continue
    }
    parent.insertEmbed(offset, new Y.Map(Object.entries({ ...textLook, ...properties })))
    parent.insert(offset + 1, letters)
    offset += 1 + letters.length
  }
}

const element = (type, properties, ...children) => {
  const made = new Y.XmlText()
  const all = { __type: type, ...elementLook, ...properties }
  for (const [key, value] of Object.entries(all)) made.setAttribute(key, value)
  insert(made, 0, ...children)
  return made
}

const image = (source) => {
  const made = new Y.XmlElement()
  made.setAttribute('__type', 'image')
  made.setAttribute('__src', source)
  return made
}

const paragraph = (...children) => element('paragraph', {}, ...children)
const heading = (level, ...children) => element('heading', { __tag: `h${level}` }, ...children)
const list = (...items) => element('list', { __tag: 'ul', __listType: 'bullet', __start: 1 }, ...items)
const item = (value, ...children) => element('listitem', { __value: value, __checked: undefined }, ...children)
const cellLook = { __colSpan: 1, __rowSpan: 1, __headerState: 0, __backgroundColor: null }
const cell = (letters) => element('tablecell', cellLook, paragraph(letters))
const row = (...letters) => element('tablerow', {}, ...letters.map(cell))
const tableLook = { __rowStriping: false, __frozenColumnCount: 0, __frozenRowCount: 0 }
const table = (...rows) => element('table', tableLook, ...rows)

const replace = (parent, offset, child) => {
  parent.delete(offset, 1)
  insert(parent, offset, child)
}

/** The embed at an offset of what holds no text. */
const child = (parent, offset) => parent.toDelta()[offset].insert

export const write = (doc, number, letters) => {
  insert(doc.get('root', Y.XmlText), number * parts,
    heading(2, `Section ${number}`),
    element('quote', {}, 'A quote'),
    list(item(1, 'outer'), item(2, list(item(1, 'inner'), item(2, 'second')))),
    table(row('one', 'two'), row('three', 'four')),
    image(`${picture}#${number}`),
    paragraph('plain ', text('bold', { __format: 1 }), text(' both', { __format: 3 })),
    paragraph(letters))
}

export const revise = (doc, number) => {
  const root = doc.get('root', Y.XmlText)
  const section = root.toDelta().slice(number * parts, (number + 1) * parts)
  const [, , bullets, grid, , , long] = section.map(({ insert }) => insert)
  replace(root, number * parts, heading(1, `A changed heading ${number}`))
  replace(root, number * parts + 1, paragraph(text('A quote no more', { __format: 2 })))
  replace(child(child(bullets, 1), 0), 0, item(1, text('instead of inner', { __format: 1 })))
  replace(child(grid, 0), 1, cell('instead of two'))
  insert(grid, 2, row('five', 'six'))
  replace(grid, 1, row('instead of three', 'instead of four'))
  replace(root, number * parts + 4, image(`${picture}#other${number}`))
  long.delete(20, 5)
}

export const mark = (doc, number) => {
  const marks = child(doc.get('root', Y.XmlText), number * parts + 5)
  insert(marks, 0, text('new ', { __format: 8 }))
  child(marks, 0).set('__format', 9)
}
