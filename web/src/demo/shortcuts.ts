const isMac = /Mac|iPhone|iPad/.test(navigator.platform)

const macSigns: Record<string, string> = { Mod: '⌘', Shift: '⇧', Alt: '⌥' }

/** A ProseMirror key name as people know it: `Mod-Shift-8` → `Ctrl+Shift+8`, or `⇧⌘8`'s parts on a Mac. */
export function keyLabel (key: string): string {
  const parts = key.split('-').map((part) => part.length === 1 ? part.toUpperCase() : part)
  return isMac
    ? parts.map((part) => macSigns[part] ?? part).join('')
    : parts.map((part) => part === 'Mod' ? 'Ctrl' : part).join('+')
}

/** The same for `aria-keyshortcuts`. */
export function ariaKey (key: string): string {
  return key.replace('Mod', isMac ? 'Meta' : 'Control').replaceAll('-', '+')
}
