const maxNameBytes = 1024

/** The document that a page's address names (`/?doc=name`), or null if it names none that a relay can be asked for. */
export function documentNameOf (page: URL): string | null {
  const name = page.searchParams.get('doc')?.trim() ?? ''
  if (name === '' || new TextEncoder().encode(name).length > maxNameBytes) return null
  // Names such as `..` mean something else in an address: the browser would ask for another document.
  const asked = new URL(yjsServer(page) + '/' + yjsRoom(name))
  return decodeURIComponent(asked.pathname).endsWith(`/yjs/${name}`) ? name : null
}

/** The address to share: the page's own, with the document's name and nothing else. */
export function linkTo (name: string, page: URL): URL {
  const link = new URL(page.pathname, page)
  link.searchParams.set('doc', name)
  return link
}

/**
 * Where the relay that served this page speaks y-websocket; beside the page, so that a proxy may put both below a path.
 */
export function yjsServer (page: URL): string {
  const server = new URL('yjs', page)
  server.protocol = page.protocol === 'https:' ? 'wss:' : 'ws:'
  server.search = server.hash = ''
  return server.href
}

/** A document's name as y-websocket puts it into an address: percent-encoded once, as the relay decodes it. */
export function yjsRoom (name: string): string {
  return name.split('/').map(encodeURIComponent).join('/')
}
