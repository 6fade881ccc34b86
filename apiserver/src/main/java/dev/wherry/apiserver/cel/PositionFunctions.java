package dev.wherry.apiserver.cel;

import static dev.wherry.apiserver.cel.CelFunction.member;

import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import java.util.List;

/** {@code indexOf} and {@code lastIndexOf} of texts, counted in code points (ext/strings.go). */
final class PositionFunctions {
  private PositionFunctions() {}

  static List<CelFunction> all() {
    CelType text = SimpleType.STRING;
    CelType number = SimpleType.INT;
    List<CelType> two = List.of(text, text);
    List<CelType> from = List.of(text, text, number);
    return List.of(
        member(
            "indexOf",
            "string_index_of_string",
            number,
            two,
            a -> first((String) a[0], (String) a[1], 0)),
        member(
            "indexOf",
            "string_index_of_string_int",
            number,
            from,
            a -> first((String) a[0], (String) a[1], (Long) a[2])),
        member(
            "lastIndexOf",
            "string_last_index_of_string",
            number,
            two,
            a -> last((String) a[0], (String) a[1])),
        member(
            "lastIndexOf",
            "string_last_index_of_string_int",
            number,
            from,
            a -> last((String) a[0], (String) a[1], (Long) a[2])));
  }

  /** Behind the end there is nothing; before the beginning one may not look. */
  private static long first(String text, String part, long from) {
    if (part.isEmpty()) {
      return from;
    }
    if (isOutside(text, from)) {
      return -1;
    }
    return counted(text, text.indexOf(part, text.offsetByCodePoints(0, (int) from)));
  }

  private static long last(String text, String part) {
    int length = text.codePointCount(0, text.length());
    return part.isEmpty() ? length : length == 0 ? -1 : last(text, part, length - 1L);
  }

  private static long last(String text, String part, long from) {
    if (part.isEmpty()) {
      return from;
    }
    if (isOutside(text, from)) {
      return -1;
    }
    return counted(text, text.lastIndexOf(part, text.offsetByCodePoints(0, (int) from)));
  }

  private static boolean isOutside(String text, long at) {
    if (at < 0) {
      throw new IllegalArgumentException("index out of range: " + at);
    }
    return at >= text.codePointCount(0, text.length());
  }

  private static long counted(String text, int at) {
    return at < 0 ? -1 : text.codePointCount(0, at);
  }
}
