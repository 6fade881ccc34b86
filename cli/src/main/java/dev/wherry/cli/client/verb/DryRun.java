package dev.wherry.cli.client.verb;

import dev.wherry.cli.client.failure.ClientException;

/** Whether anything is written, and by whom the answer is made. */
public enum DryRun {
  NONE(""),
  CLIENT(" (dry run)"),
  SERVER(" (server dry run)");

  private final String suffix;

  DryRun(String suffix) {
    this.suffix = suffix;
  }

  /** Stands behind what happened. */
  public String suffix() {
    return suffix;
  }

  /**
   * The value of {@code --dry-run}.
   *
   * @throws ClientException in kubectl's words
   */
  public static DryRun of(String text) {
    return switch (text) {
      case "none" -> NONE;
      case "client", "unchanged" -> CLIENT;
      case "server" -> SERVER;
      default ->
          throw ClientException.error(
              "Invalid dry-run value (%s). Must be \"none\", \"server\", or \"client\"."
                  .formatted(text));
    };
  }
}
