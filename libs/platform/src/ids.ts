import { uuidv7 } from 'uuidv7';

/** A new id for a row. Made of time first, so that ids order as their rows were made, and indexes stay compact. */
export const newId = (): string => uuidv7();

/** Whether a text can be the id of anything; asking the database for one that cannot is an error there. */
export const isId = (text: string): boolean => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);
