/** True for text of more than so many characters, of which those of four bytes count as one, as columns count them. */
export function isLongerThan(text: string, most: number): boolean {
  // Counted only where the answer depends on it: this runs for each text of each row, and a list of characters is dear.
  return text.length > most && Array.from(text).length > most;
}
