// Redirects all connections of this process to the stand-in server. Functions keep their AWS settings, and no request
// leaves this machine.

interface Bindings {
  cares_wrap: { getaddrinfo: (request: unknown, hostname: string, ...rest: unknown[]) => number }
  tcp_wrap: { TCP: { prototype: { connect: (request: unknown, address: string, port: number) => number } } }
}

/** Patches the bindings below `node:net` and `node:dns`. Those modules must not be loaded yet, as on AWS. */
export function redirect(port: number): void {
  const { binding } = process as unknown as { binding<Name extends keyof Bindings>(name: Name): Bindings[Name] }
  const names = binding('cares_wrap')
  const { getaddrinfo } = names
  names.getaddrinfo = (request, _hostname, ...rest) => getaddrinfo(request, '127.0.0.1', ...rest)
  const { prototype } = binding('tcp_wrap').TCP
  const { connect } = prototype
  prototype.connect = function (request) {
    return connect.call(this, request, '127.0.0.1', port)
  }
}
