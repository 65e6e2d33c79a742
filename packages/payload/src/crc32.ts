/** CRC-32 (ISO 3309, as gzip and zip use it) of joined pieces from the CRCs of the pieces. */

const POLYNOMIAL = 0xedb88320;

/** x^(2^n) modulo the polynomial, bit-reflected, for n = 0..31. */
const SQUARES: readonly number[] = squares();

/** CRC of two pieces joined: `first` and `second` are their CRCs, `secondLength` the second's length in bytes. */
export function crc32Combine(first: number, second: number, secondLength: number): number {
  return (multiply(powerOfX(secondLength), first) ^ second) >>> 0;
}

/** x^(8 * bytes) modulo the polynomial. */
function powerOfX(bytes: number): number {
  let product = 0x80000000;
  for (let square = 3, rest = bytes; rest > 0; square++, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) product = multiply(SQUARES[square % 32] ?? 0, product);
  }
  return product;
}

/** Product of two polynomials over GF(2), bit-reflected (bit 31 is x^0). */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 0x80000000; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= b;
    b = b & 1 ? (b >>> 1) ^ POLYNOMIAL : b >>> 1;
  }
  return product >>> 0;
}

function squares(): number[] {
  const table = [0x40000000];
  while (table.length < 32) {
    const last = table[table.length - 1] ?? 0;
    table.push(multiply(last, last));
  }
  return table;
}
