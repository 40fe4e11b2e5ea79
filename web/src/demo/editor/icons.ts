/** Lines drawn in a square of 24, and letters where letters say it best. */
const drawings = {
  undo: { path: 'M9 5 4.5 9.5 9 14M5 9.5h9a5 5 0 0 1 0 10h-3' },
  redo: { path: 'M15 5l4.5 4.5L15 14M19 9.5h-9a5 5 0 0 0 0 10h3' },
  bold: { letters: 'B', className: 'letter-bold' },
  italic: { letters: 'I', className: 'letter-italic' },
  strike: { letters: 'S', className: 'letter-strike' },
  code: { path: 'M8.5 7 3.5 12l5 5M15.5 7l5 5-5 5' },
  heading1: { letters: 'H1', className: 'letter-heading' },
  heading2: { letters: 'H2', className: 'letter-heading' },
  heading3: { letters: 'H3', className: 'letter-heading' },
  bullets: { path: 'M9.5 6.5H20M9.5 12H20M9.5 17.5H20M4.5 6.5h.01M4.5 12h.01M4.5 17.5h.01' },
  numbers: {
    path: 'M10 6.5h10M10 12h10M10 17.5h10M3.8 5.2 5 4.5v4.6M3.6 15.4c.3-.7 2.3-.8 2.3.4 0 .9-2.3 1.7-2.3 3h2.5'
  },
  quote: { path: 'M4.5 17.5c2.6-.6 4-2.4 4-5.3V7H4v5h4M14.5 17.5c2.6-.6 4-2.4 4-5.3V7H14v5h4' },
  codeBlock: { path: 'M4 4.5h16v15H4zM9.5 9.5 7 12l2.5 2.5M14.5 9.5 17 12l-2.5 2.5' }
} as const satisfies Record<string, { path: string } | { letters: string, className: string }>

export type IconName = keyof typeof drawings

export function makeIcon (name: IconName): Element {
  const drawing = drawings[name]
  if ('letters' in drawing) {
    const letters = document.createElement('span')
    letters.className = drawing.className
    letters.textContent = drawing.letters
    letters.ariaHidden = 'true'
    return letters
  }
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', drawing.path)
  svg.append(path)
  return svg
}
