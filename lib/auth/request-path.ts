/** The proxy writes the path that was asked for into this header, for layouts, which Next doesn't tell. */
export const PATH_HEADER = 'x-requite-path'
