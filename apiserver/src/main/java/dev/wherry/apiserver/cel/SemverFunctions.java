package dev.wherry.apiserver.cel;

import static dev.wherry.apiserver.cel.CelFunction.global;
import static dev.wherry.apiserver.cel.CelFunction.member;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.cel.common.types.CelType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import java.util.List;
import java.util.Optional;

/** {@code semver} and {@code isSemver} (library/semverlib.go). */
final class SemverFunctions {
  private static final CelType SEMVER = OpaqueType.create("kubernetes.Semver");
  private static final String NUMBER = "(0|[1-9][0-9]*)";
  private static final String NAME = "(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)";
  private static final Pattern STRICT =
      Pattern.compile(
          NUMBER
              + "\\."
              + NUMBER
              + "\\."
              + NUMBER
              + "(-("
              + NAME
              + "(\\."
              + NAME
              + ")*))?"
              + "(\\+[0-9a-zA-Z-]+(\\.[0-9a-zA-Z-]+)*)?");

  private SemverFunctions() {}

  /** A version; what was built from it does not order it. */
  record Semver(long major, long minor, long patch, String pre) implements Comparable<Semver> {
    @Override
    public int compareTo(Semver other) {
      int order = Long.compare(major, other.major);
      order = order != 0 ? order : Long.compare(minor, other.minor);
      order = order != 0 ? order : Long.compare(patch, other.patch);
      return order != 0 ? order : comparePre(pre, other.pre);
    }

    private static int comparePre(String a, String b) {
      if (a.isEmpty() || b.isEmpty()) {
        return Boolean.compare(a.isEmpty(), b.isEmpty());
      }
      String[] left = a.split("\\.");
      String[] right = b.split("\\.");
      for (int i = 0; i < Math.min(left.length, right.length); i++) {
        boolean leftNumber = left[i].chars().allMatch(Character::isDigit);
        boolean rightNumber = right[i].chars().allMatch(Character::isDigit);
        int order =
            leftNumber && rightNumber
                ? Long.compare(Long.parseLong(left[i]), Long.parseLong(right[i]))
                : leftNumber != rightNumber ? (leftNumber ? -1 : 1) : left[i].compareTo(right[i]);
        if (order != 0) {
          return Integer.signum(order);
        }
      }
      return Integer.compare(left.length, right.length);
    }
  }

  static List<CelFunction> all() {
    List<CelType> text = List.of(SimpleType.STRING);
    List<CelType> loose = List.of(SimpleType.STRING, SimpleType.BOOL);
    List<CelType> one = List.of(SEMVER);
    List<CelType> two = List.of(SEMVER, SEMVER);
    return List.of(
        global("semver", "string_to_semver", SEMVER, text, a -> require((String) a[0], false)),
        global(
            "semver",
            "string_bool_to_semver",
            SEMVER,
            loose,
            a -> require((String) a[0], (Boolean) a[1])),
        global(
            "isSemver",
            "is_semver_string",
            SimpleType.BOOL,
            text,
            a -> parse((String) a[0], false).isPresent()),
        global(
            "isSemver",
            "is_semver_string_bool",
            SimpleType.BOOL,
            loose,
            a -> parse((String) a[0], (Boolean) a[1]).isPresent()),
        member(
            "isGreaterThan",
            "semver_is_greater_than",
            SimpleType.BOOL,
            two,
            a -> ((Semver) a[0]).compareTo((Semver) a[1]) > 0),
        member(
            "isLessThan",
            "semver_is_less_than",
            SimpleType.BOOL,
            two,
            a -> ((Semver) a[0]).compareTo((Semver) a[1]) < 0),
        member(
            "compareTo",
            "semver_compare_to",
            SimpleType.INT,
            two,
            a -> (long) Integer.signum(((Semver) a[0]).compareTo((Semver) a[1]))),
        member("major", "semver_major", SimpleType.INT, one, a -> ((Semver) a[0]).major()),
        member("minor", "semver_minor", SimpleType.INT, one, a -> ((Semver) a[0]).minor()),
        member("patch", "semver_patch", SimpleType.INT, one, a -> ((Semver) a[0]).patch()));
  }

  /** A version as it has to be written; empty for any other text. */
  static Optional<Semver> strict(String text) {
    return parse(text, false);
  }

  private static Object require(String text, boolean normalize) {
    return parse(text, normalize)
        .orElseThrow(() -> new IllegalArgumentException("no semantic version: " + text));
  }

  private static Optional<Semver> parse(String text, boolean normalize) {
    Matcher parts = STRICT.matcher(normalize ? normalized(text) : text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    try {
      String pre = parts.group(5);
      return Optional.of(
          new Semver(
              Long.parseLong(parts.group(1)),
              Long.parseLong(parts.group(2)),
              Long.parseLong(parts.group(3)),
              pre == null ? "" : pre));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Without a leading v and leading zeros, with the parts that are left out. */
  private static String normalized(String text) {
    String bare = text.startsWith("v") ? text.substring(1) : text;
    int end = 0;
    while (end < bare.length() && bare.charAt(end) != '-' && bare.charAt(end) != '+') {
      end++;
    }
    StringBuilder core = new StringBuilder();
    String[] parts = bare.substring(0, end).split("\\.", -1);
    for (int i = 0; i < Math.max(3, parts.length); i++) {
      String part = i < parts.length ? parts[i].replaceFirst("^0+(?=\\d)", "") : "0";
      core.append(i == 0 ? "" : ".").append(part);
    }
    return core + bare.substring(end);
  }
}
