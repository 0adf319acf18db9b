/** Commands to try the broker with, as they are typed in a terminal. Pure. */

/** Host and port of a broker's address; those of mosquitto on this computer where there is none. */
export function hostAndPort(address: string): readonly [host: string, port: string] {
  const colon = address.lastIndexOf(':');
  const host = colon > 0 ? address.slice(0, colon).replace(/^\[|\]$/g, '') : '127.0.0.1';
  return [host, colon > 0 ? address.slice(colon + 1) : '1883'];
}

/** A command that lets a robot speak once, at the broker with this address. */
export function robotExample(address: string): string {
  const [host, port] = hostAndPort(address);
  return [
    `mosquitto_pub -h ${host} -p ${port} -t telemetry \\`,
    `  -m 'ProBot1,87,91.5,started,23.4,192.168.1.17'`,
  ].join('\n');
}

/** Whether only the broker's own computer reaches this address. */
export function isHere(address: string): boolean {
  const [host] = hostAndPort(address);
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
