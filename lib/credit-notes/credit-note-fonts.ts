import { createRequire } from 'node:module'
import path from 'node:path'
import { Font } from '@react-pdf/renderer'

/** Written without spaces, so that a line may end after any letter. */
const IDEOGRAPHS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uffef]/u

/** Scripts that Inter lacks, and the family that has them. Loaded only when a document needs them: the last one has 8 MB. */
const FALLBACKS = [
  { family: 'Noto Naskh Arabic', letters: /\p{Script=Arabic}/u },
  // Right-to-left locales put direction marks into amounts of money.
  { family: 'Noto Sans Hebrew', letters: /[\p{Script=Hebrew}\u200e\u200f]/u },
  { family: 'Noto Sans Hans', letters: IDEOGRAPHS },
] as const

// From the project's root rather than from this file, which a bundler moves.
const require = createRequire(path.join(process.cwd(), 'package.json'))

function fontFile(packageName: string, file: string): string {
  // Two of the packages let nothing but their entry be resolved; their fonts lie beside its folder.
  const entry = require.resolve(packageName)
  const root = entry.slice(0, entry.lastIndexOf(path.join(...packageName.split('/'))) + path.join(packageName).length)
  return path.join(root, file)
}

let registered = false

/** Makes the fonts known to the PDF renderer, once per process. */
function registerFonts(): void {
  if (registered) return
  registered = true
  const inter = '@expo-google-fonts/inter'
  Font.register({
    family: 'Inter',
    fonts: [
      {
        src: fontFile(inter, '400Regular/Inter_400Regular.ttf'),
        fontWeight: 400,
      },
      {
        src: fontFile(inter, '600SemiBold/Inter_600SemiBold.ttf'),
        fontWeight: 600,
      },
    ],
  })
  registerPair(
    'Noto Naskh Arabic',
    '@embedpdf/fonts-arabic',
    'fonts/NotoNaskhArabic-Regular.ttf',
    'fonts/NotoNaskhArabic-Bold.ttf',
  )
  registerPair(
    'Noto Sans Hebrew',
    '@embedpdf/fonts-hebrew',
    'fonts/NotoSansHebrew-Regular.ttf',
    'fonts/NotoSansHebrew-Bold.ttf',
  )
  registerPair('Noto Sans Hans', '@embedpdf/fonts-sc', 'fonts/NotoSansHans-Regular.otf', 'fonts/NotoSansHans-Bold.otf')
  Font.registerHyphenationCallback(breakOpportunities)
}

function registerPair(family: string, packageName: string, regular: string, bold: string): void {
  Font.register({
    family,
    fonts: [
      { src: fontFile(packageName, regular), fontWeight: 400 },
      { src: fontFile(packageName, bold), fontWeight: 600 },
    ],
  })
}

/** A way to write texts: the families to ask for each letter, in their order, and whether one of them has it. */
export type Typeface = {
  families: string[]
  has: (codePoint: number) => boolean
}

/** Loads what it takes to write these texts. */
export async function typefaceFor(text: string): Promise<Typeface> {
  registerFonts()
  const families = ['Inter', ...FALLBACKS.filter(({ letters }) => letters.test(text)).map(({ family }) => family)]
  await Promise.all(families.map((fontFamily) => Font.load({ fontFamily, fontWeight: 400 })))
  const fonts = families.map((fontFamily) => Font.getFont({ fontFamily, fontWeight: 400 })?.data)
  return {
    families,
    has: (codePoint) => fonts.some((font) => font?.hasGlyphForCodePoint(codePoint)),
  }
}

/** Puts □ for each letter that no font has: the renderer would put a wrong one. What has no shape of its own is left out. */
export function legible(text: string, typeface: Typeface): string {
  return Array.from(graphemes.segment(text), ({ segment }) => {
    if (segment === '\n') return segment
    const known = Array.from(segment).filter((character) => typeface.has(character.codePointAt(0) ?? 0))
    return known.length > 0 ? known.join('') : /^[\p{C}\p{M}]+$/u.test(segment) ? '' : '□'
  }).join('')
}

const LONGEST_UNBROKEN_WORD = 28
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/**
 * Words stay whole, so that a reference or an IBAN never gets a hyphen that is not its own. Only what has no spaces to break
 * at may break anywhere: an empty part is a place to break without a hyphen.
 */
function breakOpportunities(word: string): string[] {
  if (word.length <= LONGEST_UNBROKEN_WORD && !IDEOGRAPHS.test(word)) return [word]
  return Array.from(graphemes.segment(word), ({ segment }) => segment).flatMap((letter, index) =>
    index === 0 ? [letter] : ['', letter],
  )
}
