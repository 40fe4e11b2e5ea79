// A document of BlockNote: blocks in containers with ids, nested in groups.
import { element, marked, replace } from './elements.mjs'

/** About the bytes that a section has beside its long text. */
export const overhead = 3300

const parts = 7
const look = { backgroundColor: 'default', textColor: 'default', textAlignment: 'left' }
const cellLook = { ...look, colspan: 1, rowspan: 1 }
const block = (id, content, ...children) => element('blockContainer', { id }, content, ...(children.length > 0 ? [element('blockGroup', {}, ...children)] : []))
const paragraph = (...texts) => element('paragraph', look, ...texts)
const heading = (level, text) => element('heading', { ...look, level, isToggleable: false }, text)
const bullet = (text) => element('bulletListItem', look, text)
const cell = (text) => element('tableCell', cellLook, element('tableParagraph', {}, text))
const row = (...texts) => element('tableRow', {}, ...texts.map(cell))
const image = (url) => element('image', { backgroundColor: 'default', textAlignment: 'left', name: '', url, caption: '', showPreview: true })

const group = (doc) => {
  const page = doc.getXmlFragment('default')
  if (page.length === 0) page.insert(0, [element('blockGroup', {})])
  return page.get(0)
}

export const write = (doc, number, text) => {
  const id = (part) => `section-${number}-${part}`
  group(doc).insert(number * parts, [
    block(id('heading'), heading(2, `Section ${number}`)),
    block(id('quote'), element('quote', { backgroundColor: 'default', textColor: 'default' }, 'A quote')),
    block(id('list'), bullet('outer'), block(id('inner'), bullet('inner'), block(id('innermost'), element('numberedListItem', look, 'innermost')))),
    block(id('table'), element('table', { textColor: 'default' }, row('one', 'two'), row('three', 'four'))),
    block(id('image'), image(`data:image/gif;base64,${number}`)),
    block(id('marks'), element('paragraph', look, marked('plain ', ['bold', { bold: {} }], [' both', { bold: {}, italic: {} }]))),
    block(id('text'), paragraph(text))
  ])
}

export const revise = (doc, number) => {
  const sections = group(doc)
  const [title, quote, list, table, picture, marks, long] = Array.from({ length: parts }, (_, part) => sections.get(number * parts + part))
  replace(title, 0, heading(1, `A changed heading ${number}`))
  replace(quote, 0, heading(3, 'A quote that is a heading'))
  replace(list.get(1).get(0), 0, element('checkListItem', { ...look, checked: true }, 'inner, and done'))
  replace(list.get(1).get(0).get(1), 0, block(`section-${number}-other`, paragraph('instead of the innermost')))
  replace(table.get(0).get(0), 1, cell('instead of two'))
  table.get(0).insert(2, [row('five', 'six')])
  replace(table.get(0), 1, row('instead of three', 'instead of four'))
  replace(picture, 0, image(`data:image/gif;base64,other${number}`))
  marks.get(0).get(0).format(2, 8, { italic: {} })
  long.get(0).get(0).format(5, 5, { bold: {} })
  long.get(0).get(0).delete(20, 5)
}
