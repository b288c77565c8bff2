/** Zeroes the last octet of an IPv4 address and the last 80 bits of an IPv6 one; a text that is not an address is hidden whole. */
export const maskAddress = (address: string): string => {
  if (address === '' || address === '-') return address;
  if (V4.test(address)) return maskV4(address);
  return looksLikeV6(address) ? maskV6(address) : 'REDACTED';
};

/** Masks everything in a text that looks like an address, an IPv6 one with the port that may stick to it. */
export const maskAddresses = (text: string): string =>
  text
    .replace(/\d{1,3}(?:\.\d{1,3}){3}/g, maskV4)
    .replace(/[\da-f:.]+/gi, (run) => (looksLikeV6(run) ? maskV6(run) : run));

const V4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

const maskV4 = (address: string): string => address.replace(/\d+$/, '0');

/** A time of day has neither a double colon nor as many colons. */
const looksLikeV6 = (text: string): boolean =>
  /^[\da-f:.]+$/i.test(text) && (text.includes('::') || text.split(':').length > 7);

const maskV6 = (address: string): string => {
  const [head = [], tail = []] = address.split('::').map((groups) => groups.split(':').filter(Boolean));
  const zeros = Array<string>(Math.max(8 - head.length - tail.length, 1)).fill('0');
  const first = [...head, ...zeros, ...tail].slice(0, 3).join(':');
  return `${first.replace(/(?:^|:)0(?::0)*$/, '')}::0`;
};
