export { byId, element } from '../demo/dom'

/** Writes only what changed: screen readers, selections and layout stay as they are. */
export function setText (to: Element, text: string): void {
  if (to.textContent !== text) to.textContent = text
}

/** A sign before a word, so that no state is told by its colour alone. */
export const signs = { good: '✓', busy: '…', bad: '✕' } as const
