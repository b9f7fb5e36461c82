import { Amount } from '@/components/ui/amount'
import { type LineChange, lineChanges } from './line-changes'

type Line = Parameters<typeof lineChanges>[0][number]
type Totals = { net: number; vat: number; gross: number }

const KIND_WORDS: Record<LineChange['kind'], string | null> = {
  kept: null,
  changed: 'changed',
  removed: 'dropped',
  added: 'new',
}

/** What an amendment changes: every line with its net amount before and after, then the totals. */
export function AmendmentChanges({
  linesBefore,
  linesAfter,
  totalsBefore,
  totalsAfter,
  currency,
  locale,
}: {
  linesBefore: readonly Line[]
  linesAfter: readonly Line[]
  totalsBefore: Totals
  totalsAfter: Totals
  currency: string
  locale: string
}) {
  const money = (amount: number) => <Amount amount={amount} currency={currency} locale={locale} />
  const sums = [
    { name: 'Net', before: totalsBefore.net, after: totalsAfter.net },
    { name: 'VAT', before: totalsBefore.vat, after: totalsAfter.vat },
    { name: 'Total', before: totalsBefore.gross, after: totalsAfter.gross },
  ]
  return (
    <table className="w-full">
      <caption className="sr-only">Lines and totals before and after the change</caption>
      <thead>
        <tr className="border-y text-[0.8125rem] text-faint">
          <th scope="col" className="py-2 pr-3 pl-4 text-left font-normal md:pl-6">
            Line, net
          </th>
          <th scope="col" className="px-2 py-2 text-right font-normal">
            Before
          </th>
          <th scope="col" className="py-2 pr-4 pl-2 text-right font-normal md:pr-6">
            After
          </th>
        </tr>
      </thead>
      <tbody className="divide-y">
        {lineChanges(linesBefore, linesAfter).map((change, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line has no other identity than its position
          <tr key={index} className="align-baseline">
            <th scope="row" className="py-2.5 pr-3 pl-4 text-left font-normal wrap-anywhere md:pl-6">
              <bdi className={change.kind === 'removed' ? 'text-muted line-through' : ''}>{change.description}</bdi>
              {KIND_WORDS[change.kind] && (
                <span className="ml-1.5 whitespace-nowrap text-[0.8125rem] text-needs">{KIND_WORDS[change.kind]}</span>
              )}
              <Quantities change={change} />
            </th>
            <td className="px-2 py-2.5 text-right text-muted">{change.before && money(change.before.net)}</td>
            <td className="py-2.5 pr-4 pl-2 text-right md:pr-6">{change.after ? money(change.after.net) : money(0)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot className="border-t-2">
        {sums.map(({ name, before, after }) => (
          <tr key={name} className={name === 'Total' ? 'border-t font-semibold' : 'text-muted'}>
            <th scope="row" className={`py-2 pr-3 pl-4 text-left md:pl-6 ${name === 'Total' ? '' : 'font-normal'}`}>
              {name}
            </th>
            <td className="px-2 py-2 text-right font-normal text-muted">{money(before)}</td>
            <td className="py-2 pr-4 pl-2 text-right md:pr-6">{money(after)}</td>
          </tr>
        ))}
      </tfoot>
    </table>
  )
}

function Quantities({ change: { before, after } }: { change: LineChange }) {
  const was = before?.quantity
  const is = after?.quantity
  if ((was ?? 1) === 1 && (is ?? 1) === 1) return null
  return (
    <span className="nums block text-[0.8125rem] text-faint">
      {was !== undefined && is !== undefined && was !== is ? `× ${was}, then × ${is}` : `× ${is ?? was}`}
    </span>
  )
}
