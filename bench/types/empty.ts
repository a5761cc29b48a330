/** What the others are measured against: a module that imports nothing. */
export {};
