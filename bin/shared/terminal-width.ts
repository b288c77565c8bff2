const USUAL = 80;

/** Columns of a terminal; the usual 80 of what is none, and of one that does not tell its size and reports 0. */
export const terminalWidth = ({ columns }: { readonly columns?: number }): number => columns || USUAL;
