/** Longest filter or order text, in UTF-16 code units (what `text.length` counts). */
export const MAX_FILTER_LENGTH = 4096;
/** Deepest nesting of parentheses, NOT and BETWEEN. */
export const MAX_FILTER_DEPTH = 32;
/** Most comparisons in one filter. */
export const MAX_FILTER_TERMS = 200;
/** Most values in one IN list. */
export const MAX_IN_VALUES = 1000;
/** Most segments of one path, its first word included. */
export const MAX_PATH_SEGMENTS = 32;
/** Code points by which a text of any length is sorted; ties fall to the next term. */
export const ORDER_PREFIX = 128;
/** Most terms of one order, the closing id not counted. */
export const MAX_ORDER_TERMS = 8;
