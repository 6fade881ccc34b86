package dev.wherry.cli.client.edit;

import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.List;

/** The comments at the head of an edited file: what it is, and why it is shown again. */
final class EditReasons {
  private static final String HEAD =
      """
      # Please edit the object below. Lines beginning with a '#' will be ignored,
      # and an empty file will abort the edit. If an error occurs while saving this file will be
      # reopened with the relevant failures.
      #
      """;

  private final List<String> lines = new ArrayList<>();

  boolean isEmpty() {
    return lines.isEmpty();
  }

  void clear() {
    lines.clear();
  }

  void add(String reason) {
    lines.add("# " + commented(reason));
    lines.add("#");
  }

  /** An object that the server found invalid. */
  void invalid(String resource, String name, ApiException why) {
    List<ApiException.Cause> causes = why.details().causes();
    String head = resource + " \"" + name + "\" was not valid";
    lines.add("# " + head + (causes.isEmpty() ? "" : ":"));
    for (ApiException.Cause cause : causes) {
      lines.add("# * " + commented(cause.field() + ": " + cause.message()));
    }
    lines.add("#");
  }

  private static String commented(String text) {
    return text.replaceAll("\n(?!#)", "\n# ");
  }

  /** The comments, each line with its end. */
  String text() {
    return HEAD + (lines.isEmpty() ? "" : String.join("\n", lines) + "\n");
  }

  /** A text without its comments, and whether anything is left is for the caller. */
  static String stripped(String text) {
    StringBuilder kept = new StringBuilder();
    text.lines()
        .filter(line -> !line.stripLeading().startsWith("#"))
        .forEach(line -> kept.append(line).append('\n'));
    return kept.toString();
  }
}
