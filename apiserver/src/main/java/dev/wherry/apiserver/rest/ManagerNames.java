package dev.wherry.apiserver.rest;

import dev.wherry.model.status.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Names of field managers (apimachinery meta/v1/validation, apiserver handlers). */
final class ManagerNames {
  /** Bytes of a name in UTF-8. */
  static final int BYTES_MAX = 128;

  private ManagerNames() {}

  /** Complains of a name that is too long or not printable; "" is no name and fine. */
  static void check(String name, String field, List<ApiException.Cause> causes) {
    if (bytes(name) > BYTES_MAX) {
      causes.add(
          new ApiException.Cause(
              "FieldValueTooLong",
              "Too long: may not be more than " + BYTES_MAX + " bytes",
              field));
    }
    int position = 0;
    for (int c : name.codePoints().toArray()) {
      if (!isPrintable(c)) {
        causes.add(
            ApiException.Cause.invalid(
                field,
                "\"" + escaped(name) + "\"",
                "invalid character U+%04X (at position %d)".formatted(c, position)));
      }
      position += bytes(Character.toString(c));
    }
  }

  private static String escaped(String name) {
    return name.replace("\\", "\\\\")
        .replace("\"", "\\\"")
        .replace("\n", "\\n")
        .replace("\t", "\\t")
        .replace("\r", "\\r");
  }

  /** The name of a client that gives none: its agent's up to the first slash. */
  static String ofAgent(String agent) {
    int slash = agent.indexOf('/');
    StringBuilder name = new StringBuilder();
    int length = 0;
    for (int c : (slash < 0 ? agent : agent.substring(0, slash)).codePoints().toArray()) {
      if (isPrintable(c)) {
        length += bytes(Character.toString(c));
        if (length > BYTES_MAX) {
          break;
        }
        name.appendCodePoint(c);
      }
    }
    return name.toString();
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Letters, marks, numbers, punctuation, symbols and the space, as Go's unicode.IsPrint. */
  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }
}
