package dev.wherry.cli.check;

/** What one look at the host said. */
public sealed interface Finding {
  /** What was looked at: {@code kernel}, {@code ports}. */
  String subject();

  /** What was seen. */
  String text();

  /** As it must be. */
  record Fine(String subject, String text) implements Finding {}

  /** A cluster starts, with something missing; the text says what. */
  record Doubtful(String subject, String text) implements Finding {}

  /**
   * No cluster can start.
   *
   * @param mend what to do about it, as one imperative sentence
   */
  record Blocked(String subject, String text, String mend) implements Finding {}
}
