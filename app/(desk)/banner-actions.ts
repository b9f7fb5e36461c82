import {
  adoptRefundAction,
  markRefundedAction,
  refreshStatusAction,
  retryRefundAction,
  stopTriesAction,
} from './refund-actions'

/** What a refund banner of the desk can do, wherever it is drawn. */
export const BANNER_ACTIONS = {
  retry: retryRefundAction,
  refresh: refreshStatusAction,
  markRefunded: markRefundedAction,
  stopTries: stopTriesAction,
  adopt: adoptRefundAction,
}
