package dev.wherry.testkit;

/**
 * What a command left.
 *
 * @param text both of its streams in the order in which they were read
 */
public record Output(int exit, String text) {
  /** Its text, when it ended well. */
  public String orThrow() {
    if (exit != 0) {
      throw new IllegalStateException("exit code " + exit + ": " + text);
    }
    return text;
  }
}
