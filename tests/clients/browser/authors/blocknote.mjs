// A document of BlockNote: blocks in containers with ids, nested in groups.
import { element, marked, replace } from './elements.mjs'
import { picture } from './picture.mjs'

/** About the bytes that a section has beside its long text. */
export const overhead = 3300

const parts = 7
const look = { backgroundColor: 'default', textColor: 'default', textAlignment: 'left' }
const cellLook = { ...look, colspan: 1, rowspan: 1 }
const nested = (blocks) => blocks.length > 0 ? [element('blockGroup', {}, ...blocks)] : []
const block = (id, content, ...blocks) => element('blockContainer', { id }, content, ...nested(blocks))
const paragraph = (...texts) => element('paragraph', look, ...texts)
const heading = (level, text) => element('heading', { ...look, level, isToggleable: false }, text)
const bullet = (text) => element('bulletListItem', look, text)
const numbered = (text) => element('numberedListItem', look, text)
const cell = (text) => element('tableCell', cellLook, element('tableParagraph', {}, text))
const row = (...texts) => element('tableRow', {}, ...texts.map(cell))
const imageLook = { backgroundColor: 'default', textAlignment: 'left', name: '', caption: '', showPreview: true }
const image = (url) => element('image', { ...imageLook, url })

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
    block(id('list'), bullet('outer'),
      block(id('inner'), bullet('inner'), block(id('innermost'), numbered('innermost')))),
    block(id('table'), element('table', { textColor: 'default' }, row('one', 'two'), row('three', 'four'))),
    block(id('image'), image(`${picture}#${number}`)),
    block(id('marks'), paragraph(marked('plain ', ['bold', { bold: {} }], [' both', { bold: {}, italic: {} }]))),
    block(id('text'), paragraph(text))
  ])
}

export const revise = (doc, number) => {
  const sections = group(doc)
  const [title, quote, list, table, shown, , long] = sections.slice(number * parts, (number + 1) * parts)
  replace(title, 0, heading(1, `A changed heading ${number}`))
  replace(quote, 0, heading(3, 'A quote that is a heading'))
  replace(list.get(1).get(0), 0, element('checkListItem', { ...look, checked: true }, 'inner, and done'))
  const other = paragraph(marked('instead of the ', ['innermost', { strike: {} }]))
  replace(list.get(1).get(0).get(1), 0, block(`section-${number}-other`, other))
  replace(table.get(0).get(0), 1, cell('instead of two'))
  table.get(0).insert(2, [row('five', 'six')])
  replace(table.get(0), 1, row('instead of three', 'instead of four'))
  replace(shown, 0, image(`${picture}#other${number}`))
  long.get(0).get(0).delete(20, 5)
}

export const mark = (doc, number) => {
  const [marks, long] = [5, 6].map((part) => group(doc).get(number * parts + part).get(0).get(0))
  marks.format(2, 8, { italic: {} })
  long.format(5, 5, { bold: {} })
}
