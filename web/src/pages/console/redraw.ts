/** The lists of the console are drawn anew at most this often, in milliseconds. */
export const REDRAW = 120;
