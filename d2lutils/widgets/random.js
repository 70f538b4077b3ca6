// Random numbers from a seed, so that a setting sent to a friend gives the same there.

/** Uniform numbers in [0, 1): Marsaglia's xorshift with 32 bits (2003), the same in any browser. */
export function randomNumbers(seed) {
  let state = Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 20; i += 1) next(); // seeds that lie together start alike
  return next;
}
