/** The element of the page with this id. */
export function byId<T extends HTMLElement = HTMLElement> (id: string): T {
  return document.getElementById(id) as T
}

/** A new element with these properties and children. */
export function element<K extends keyof HTMLElementTagNameMap> (
  tag: K, properties: Partial<Omit<HTMLElementTagNameMap[K], 'style'>> = {}, ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}
