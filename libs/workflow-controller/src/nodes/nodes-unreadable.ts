/** The nodes of this workflow are kept in a way that is not understood here. */
export class NodesUnreadable extends Error {
  override readonly name = 'NodesUnreadable';
}
