package dev.wherry.apiserver.cel;

import static dev.wherry.apiserver.cel.CelFunction.member;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.TypeType;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** {@code string.format} (cel-go ext/formatting.go; numbers as its en-US printer writes them). */
final class FormatFunction {
  static final String NAME = "format";

  /** What stands before a type that has no text. */
  static final String NOT_WRITABLE =
      "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types,"
          + " durations, and timestamps, was given ";

  private static final int PRECISION = 6;

  private FormatFunction() {}

  static CelFunction function() {
    CelType text = SimpleType.STRING;
    return member(
        NAME,
        "string_format",
        text,
        List.of(text, ListType.create(SimpleType.DYN)),
        a -> format((String) a[0], (List<?>) a[1]));
  }

  private static String format(String text, List<?> arguments) {
    return FormatText.write(
            text,
            arguments.size(),
            (kind, precision, argument) -> clause(kind, precision, arguments.get(argument)))
        .text();
  }

  private static String clause(char kind, OptionalInt precision, Object value) {
    return switch (kind) {
      case 's' -> text(value);
      case 'd' -> decimal(value);
      case 'b' -> binary(value);
      case 'o' -> octal(value);
      case 'x' -> hex(value);
      case 'X' -> hex(value).toUpperCase(java.util.Locale.ROOT);
      case 'f' -> GoNumbers.grouped(real(value, "fixed-point"), precision.orElse(PRECISION));
      default -> GoNumbers.powered(real(value, "scientific"), precision.orElse(PRECISION));
    };
  }

  private static String text(Object value) {
    return switch (value) {
      case String text -> text;
      case Long number -> number.toString();
      case UnsignedLong number -> number.toString();
      case Double number -> GoNumbers.shortest(number);
      case Boolean flag -> flag.toString();
      case CelByteString bytes -> bytes.toStringUtf8();
      case NullValue _ -> "null";
      case Instant time -> time.toString();
      case Duration time -> GoNumbers.seconds(time);
      case TypeType type -> type.type().name();
      case List<?> list ->
          list.stream().map(FormatFunction::literal).collect(Collectors.joining(", ", "[", "]"));
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> key(entry.getKey()) + ":" + literal(entry.getValue()))
              .sorted()
              .collect(Collectors.joining(", ", "{", "}"));
      default -> throw new IllegalArgumentException(NOT_WRITABLE + typeName(value));
    };
  }

  private static String key(Object key) {
    return switch (key) {
      case String text -> GoNumbers.quoted(text);
      case Boolean flag -> flag.toString();
      case Long number -> number.toString();
      case UnsignedLong number -> number.toString();
      default ->
          throw new IllegalArgumentException(
              "no formatting function for map key of type " + typeName(key));
    };
  }

  /** A value within a list or map: as one would write it in an expression. */
  private static String literal(Object value) {
    return switch (value) {
      case String text -> GoNumbers.quoted(text);
      case CelByteString bytes -> "b" + GoNumbers.quoted(bytes.toStringUtf8());
      case Instant time -> "timestamp(" + GoNumbers.quoted(time.toString()) + ")";
      case Duration time -> "duration(" + GoNumbers.quoted(GoNumbers.seconds(time)) + ")";
      case Double number when number.isNaN() || number.isInfinite() ->
          GoNumbers.quoted(GoNumbers.plain(number, PRECISION));
      case Double number -> GoNumbers.plain(number, PRECISION);
      default -> text(value);
    };
  }

  private static String decimal(Object value) {
    return switch (value) {
      case Long number -> number.toString();
      case UnsignedLong number -> number.toString();
      default ->
          throw new IllegalArgumentException(
              "decimal clause can only be used on integers, was given " + typeName(value));
    };
  }

  private static String binary(Object value) {
    return switch (value) {
      case Long number -> Long.toString(number, 2);
      case UnsignedLong number -> number.toString(2);
      case Boolean flag -> flag ? "1" : "0";
      default ->
          throw new IllegalArgumentException(
              "only integers and bools can be formatted as binary, was given " + typeName(value));
    };
  }

  private static String octal(Object value) {
    return switch (value) {
      case Long number -> Long.toString(number, 8);
      case UnsignedLong number -> number.toString(8);
      default ->
          throw new IllegalArgumentException(
              "octal clause can only be used on integers, was given " + typeName(value));
    };
  }

  private static String hex(Object value) {
    return switch (value) {
      case Long number -> Long.toString(number, 16);
      case UnsignedLong number -> number.toString(16);
      case String text ->
          HexFormat.of().formatHex(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      case CelByteString bytes -> HexFormat.of().formatHex(bytes.toByteArray());
      default ->
          throw new IllegalArgumentException(
              "only integers, byte buffers, and strings can be formatted as hex, was given "
                  + typeName(value));
    };
  }

  private static double real(Object value, String clause) {
    return switch (value) {
      case Double number -> number;
      case String text when text.equals("NaN") -> Double.NaN;
      case String text when text.equals("Infinity") -> Double.POSITIVE_INFINITY;
      case String text when text.equals("-Infinity") -> Double.NEGATIVE_INFINITY;
      default ->
          throw new IllegalArgumentException(
              clause + " clause can only be used on doubles, was given " + typeName(value));
    };
  }

  private static String typeName(Object value) {
    return switch (value) {
      case String _ -> "string";
      case Long _ -> "int";
      case UnsignedLong _ -> "uint";
      case Double _ -> "double";
      case Boolean _ -> "bool";
      case CelByteString _ -> "bytes";
      case NullValue _ -> "null_type";
      case Instant _ -> "google.protobuf.Timestamp";
      case Duration _ -> "google.protobuf.Duration";
      case List<?> _ -> "list";
      case Map<?, ?> _ -> "map";
      case TypeType _ -> "type";
      default -> CelClasses.typeName(value);
    };
  }
}
