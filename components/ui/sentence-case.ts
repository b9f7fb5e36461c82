/** Words that begin a sentence or stand as a title of their own. */
export function sentenceCase(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
