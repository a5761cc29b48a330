/** The bytes that RESP gives a meaning, by name. */
export const CR = 0x0d;
export const LF = 0x0a;
export const PLUS = 0x2b;
export const MINUS = 0x2d;
export const ZERO = 0x30;
export const ONE = 0x31;
export const COLON = 0x3a;
export const QUESTION_MARK = 0x3f;
export const FALSE = 0x66; // f
export const TRUE = 0x74; // t

/** The first byte of an element says what it is. */
export const SIMPLE_STRING = 0x2b; // +
export const SIMPLE_ERROR = 0x2d; // -
export const INTEGER = 0x3a; // :
export const BULK_STRING = 0x24; // $
export const ARRAY = 0x2a; // *
export const NULL = 0x5f; // _
export const BOOLEAN = 0x23; // #
export const DOUBLE = 0x2c; // ,
export const BIG_NUMBER = 0x28; // (
export const BLOB_ERROR = 0x21; // !
export const VERBATIM_STRING = 0x3d; // =
export const MAP = 0x25; // %
export const SET = 0x7e; // ~
export const ATTRIBUTE = 0x7c; // |
export const PUSH = 0x3e; // >
export const STREAMED_STRING_PART = 0x3b; // ;
export const STREAM_END = 0x2e; // .
