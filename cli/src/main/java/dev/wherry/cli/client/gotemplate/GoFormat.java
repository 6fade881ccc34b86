package dev.wherry.cli.client.gotemplate;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.cli.client.print.GoJson;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Go's {@code fmt.Sprintf} for the values of a template. */
final class GoFormat {
  private static final Pattern VERB = Pattern.compile("%([-+ 0#]*)(\\d*)(?:\\.(\\d*))?(.)");
  private static final int FRACTION_DIGITS = 6;

  private GoFormat() {}

  static String of(String format, List<Object> values) {
    StringBuilder out = new StringBuilder();
    Matcher verbs = VERB.matcher(format);
    int at = 0;
    int used = 0;
    while (verbs.find()) {
      out.append(format, at, verbs.start());
      at = verbs.end();
      char verb = verbs.group(4).charAt(0);
      if (verb == '%') {
        out.append('%');
      } else if (used == values.size()) {
        out.append("%!").append(verb).append("(MISSING)");
      } else {
        Object value = values.get(used++);
        String precision = verbs.group(3);
        String text = one(verb, verbs.group(1), precision, value);
        out.append(padded(text, verbs.group(1), verbs.group(2)));
      }
    }
    out.append(format.substring(at));
    if (used < values.size()) {
      List<String> extra =
          values.subList(used, values.size()).stream()
              .map(value -> Values.type(value) + "=" + Values.text(value))
              .toList();
      out.append("%!(EXTRA ").append(String.join(", ", extra)).append(')');
    }
    return out.toString();
  }

  private static String one(
      char verb, String flags, @org.jspecify.annotations.Nullable String precision, Object value) {
    int digits = precision == null || precision.isEmpty() ? -1 : Integer.parseInt(precision);
    boolean text = value instanceof String;
    return switch (verb) {
      case 'v' -> Values.text(value);
      case 's' ->
          text || value instanceof com.fasterxml.jackson.databind.JsonNode
              ? cut(Values.text(value), digits)
              : bad(verb, value);
      case 'q' -> text ? quoted((String) value) : bad(verb, value);
      case 't' -> value instanceof Boolean ? Values.text(value) : bad(verb, value);
      case 'd' ->
          value instanceof Long number
              ? (flags.contains("+") && number >= 0 ? "+" : "") + number
              : bad(verb, value);
      case 'x' ->
          value instanceof Long number
              ? Long.toHexString(number)
              : text ? hex((String) value) : bad(verb, value);
      case 'f', 'F' ->
          value instanceof Double number
              ? new BigDecimal(Double.toString(number))
                  .setScale(digits < 0 ? FRACTION_DIGITS : digits, RoundingMode.HALF_EVEN)
                  .toPlainString()
              : bad(verb, value);
      case 'g' -> value instanceof Double ? Values.text(value) : bad(verb, value);
      case 'T' -> Values.type(value);
      default -> bad(verb, value);
    };
  }

  /** In quotes as Go's strconv.Quote: unlike in its JSON, brackets stay as they are. */
  private static String quoted(String text) {
    return GoJson.compact(TextNode.valueOf(text))
        .replace("\\u003c", "<")
        .replace("\\u003e", ">")
        .replace("\\u0026", "&");
  }

  private static String cut(String text, int characters) {
    return characters < 0 || characters >= text.length() ? text : text.substring(0, characters);
  }

  private static String hex(String text) {
    StringBuilder hex = new StringBuilder();
    for (byte one : text.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
      hex.append("%02x".formatted(one));
    }
    return hex.toString();
  }

  private static String bad(char verb, Object value) {
    return value == Values.NIL || value == Values.MISSING
        ? "%!" + verb + "(<nil>)"
        : "%!" + verb + "(" + Values.type(value) + "=" + Values.text(value) + ")";
  }

  private static String padded(String text, String flags, String width) {
    if (width.isEmpty()) {
      return text;
    }
    int missing = Integer.parseInt(width) - text.codePointCount(0, text.length());
    if (missing <= 0) {
      return text;
    }
    if (flags.contains("-")) {
      return text + " ".repeat(missing);
    }
    boolean zeros = flags.contains("0");
    return zeros && text.startsWith("-")
        ? "-" + "0".repeat(missing) + text.substring(1)
        : (zeros ? "0" : " ").repeat(missing) + text;
  }
}
