import type { Tone } from '@/components/ui/tone'
import type { ProposalStatus } from '@/lib/proposals/proposal-store'

export const PROPOSAL_STATUS_LOOKS: Record<ProposalStatus, { word: string; tone: Tone }> = {
  draft: { word: 'Draft', tone: 'waiting' },
  sent: { word: 'Sent', tone: 'moving' },
  signed: { word: 'Signed', tone: 'moving' },
  deposit_paid: { word: 'Deposit paid', tone: 'done' },
  paid: { word: 'Paid', tone: 'done' },
  cancelled: { word: 'Cancelled', tone: 'waiting' },
}
