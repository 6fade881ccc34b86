package dev.wherry.network.dns.message;

/** What a datagram or frame turned out to be. */
public sealed interface Reading {
  /** A query. */
  record Asked(Query query) implements Reading {}

  /**
   * No query that can be answered, but one that can be refused.
   *
   * @param flags the second word of its header
   */
  record Wrong(int id, int flags, int rcode) implements Reading {}

  /** Too short, or itself a response: whoever answered that might be answered for ever. */
  record Silent() implements Reading {}
}
