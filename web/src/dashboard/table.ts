import { element, setText } from './dom'

export interface Column<T> {
  title: string
  /** Text, or what stands in the cell; `isName` says that somebody else chose the text. */
  cell: (row: T) => string | Cell
  /** Numbers stand at the right. */
  isNumber?: boolean
}

export interface Cell {
  text: string
  /** All of a text that may be cut. */
  title?: string
  href?: string
  tone?: 'good' | 'busy' | 'bad' | 'quiet'
  /** From 0 to 1, as a bar behind the text. */
  bar?: number
  button?: () => void
}

/**
 * Rows that stay the same element for as long as their key is there, so that nothing jumps, and a focus stays where it
 * is.
 */
export class Table<T> {
  readonly element = element('table', { role: 'table' })
  readonly #body = element('tbody', { role: 'rowgroup' })
  readonly #rows = new Map<string, HTMLTableRowElement>()
  readonly #actions = new WeakMap<Element, () => void>()

  constructor (
    caption: string,
    private readonly columns: Column<T>[],
    private readonly keyOf: (row: T) => string
  ) {
    const heads = columns.map(({ title, isNumber }) =>
      element('th', { scope: 'col', role: 'columnheader', textContent: title, className: isNumber ? 'number' : '' })
    )
    this.element.append(
      element('caption', { className: 'hidden', textContent: caption }),
      element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...heads)),
      this.#body)
    this.#body.addEventListener('click', (event) => {
      const button = (event.target as Element).closest('button')
      if (button !== null) this.#actions.get(button)?.()
    })
  }

  show (rows: T[]): void {
    const keys = new Set(rows.map(this.keyOf))
    for (const [key, row] of this.#rows) {
      if (keys.has(key)) continue
      row.remove()
      this.#rows.delete(key)
    }
    let before: Element | null = null
    for (const one of rows) {
      const key = this.keyOf(one)
      let row = this.#rows.get(key)
      if (row === undefined) {
        row = element('tr', { role: 'row' }, ...this.columns.map(({ title, isNumber }) => {
          const cell = element('td', { role: 'cell', className: isNumber ? 'number' : '' })
          cell.dataset['label'] = title
          return cell
        }))
        this.#rows.set(key, row)
      }
      this.columns.forEach((column, index) => this.#paint(row.cells[index]!, column.cell(one)))
      const next: Element | null = before === null ? this.#body.firstElementChild : before.nextElementSibling
      if (next !== row) this.#body.insertBefore(row, next)
      before = row
    }
  }

  #paint (cell: HTMLTableCellElement, content: string | Cell): void {
    if (typeof content === 'string') {
      setText(cell, content)
      return
    }
    const kind = content.href !== undefined ? 'a' : content.button !== undefined ? 'button' : 'span'
    let inner = cell.firstElementChild as HTMLElement | null
    if (inner?.localName !== kind) {
      inner = document.createElement(kind)
      if (kind === 'button') {
        inner.className = 'button small'
        inner.setAttribute('type', 'button')
      }
      cell.replaceChildren(inner)
    }
    setText(inner, content.text)
    if (content.title !== undefined && inner.title !== content.title) inner.title = content.title
    if (content.tone !== undefined) cell.dataset['tone'] = content.tone
    if (content.href !== undefined && inner.getAttribute('href') !== content.href)
      inner.setAttribute('href', content.href)
    if (content.button !== undefined) this.#actions.set(inner, content.button)
    if (content.bar !== undefined) {
      cell.classList.add('bar')
      cell.style.setProperty('--share', String(content.bar))
    }
  }
}
