/** The maximum length of a filter or order, in UTF-16 code units. */
export const MAX_FILTER_LENGTH = 4096;
/** The maximum nesting of parentheses, NOT and BETWEEN. */
export const MAX_FILTER_DEPTH = 32;
/** The maximum number of comparisons in a filter. */
export const MAX_FILTER_TERMS = 200;
/** The maximum number of values in an IN list. */
export const MAX_IN_VALUES = 1000;
/** The maximum number of segments of a path, including the first word. */
export const MAX_PATH_SEGMENTS = 32;
/** The number of leading code points that sort a text. Ties go to the next term. */
export const ORDER_PREFIX = 128;
/** The maximum number of terms of an order, without the closing id. */
export const MAX_ORDER_TERMS = 8;
