package dev.wherry.model.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.model.codec.DecodeException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What an unquoted word means in YAML 1.1, by the rules of the reader that kubectl uses. */
final class YamlScalars {
  /** Longer digits are text: no object holds such numbers, and they cost time to convert. */
  private static final int NUMBER_CHARS_MAX = 64;

  private static final int EXPONENT_MAX = 400;

  private static final Set<String> TRUE =
      Set.of("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON");
  private static final Set<String> FALSE =
      Set.of("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF");
  private static final Set<String> NULL = Set.of("", "~", "null", "Null", "NULL");
  private static final Set<String> NOT_FINITE =
      Set.of(
          ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf",
          "-.Inf", "-.INF");

  private static final Pattern HEXADECIMAL = Pattern.compile("[-+]?0[xX][0-9a-fA-F]+");
  private static final Pattern BINARY = Pattern.compile("[-+]?0[bB][01]+");
  private static final Pattern OCTAL = Pattern.compile("[-+]?0[oO]?[0-7]+");
  private static final Pattern DECIMAL = Pattern.compile("[-+]?(?:0|[1-9][0-9]*)");
  private static final Pattern FLOAT =
      Pattern.compile("[-+]?(?:\\.[0-9]+|[0-9]+(?:\\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?");

  /** YAML 1.1's timestamps: upstream's writer quotes texts that look like one. */
  private static final Pattern TIME =
      Pattern.compile(
          "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
              + "(?:[Tt][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\\.[0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})"
              + "| +[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\\.[0-9]+)?)?");

  /** Numbers such as {@code 1:30}, quoted for older readers. */
  private static final Pattern BASE_60 =
      Pattern.compile("[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\\.[0-9_]*)?");

  private static final BigInteger UNSIGNED_MAX = BigInteger.TWO.pow(64);
  private static final BigInteger SIGNED_MIN = BigInteger.TWO.pow(63).negate();

  private YamlScalars() {}

  /** Whether this text, written without quotes, would be read as something else than itself. */
  static boolean ambiguous(String text) {
    return NOT_FINITE.contains(text)
        || !resolve(text).isTextual()
        || text.equals("<<")
        || TIME.matcher(text).matches()
        || BASE_60.matcher(text).matches();
  }

  static JsonNode resolve(String text) {
    if (TRUE.contains(text)) {
      return BooleanNode.TRUE;
    }
    if (FALSE.contains(text)) {
      return BooleanNode.FALSE;
    }
    if (NULL.contains(text)) {
      return NullNode.getInstance();
    }
    return number(text).orElseGet(() -> TextNode.valueOf(text));
  }

  /**
   * @throws DecodeException for numbers that JSON has no form for
   */
  static JsonNode resolveFinite(String text) {
    if (NOT_FINITE.contains(text)) {
      throw new DecodeException("error converting YAML to JSON: json: unsupported value: " + text);
    }
    return resolve(text);
  }

  private static Optional<JsonNode> number(String text) {
    char first = text.charAt(0);
    boolean candidate = first == '-' || first == '+' || first == '.' || Character.isDigit(first);
    if (!candidate || text.length() > NUMBER_CHARS_MAX) {
      return Optional.empty();
    }
    String plain = first == '.' ? text : text.replace("_", "");
    Optional<BigInteger> whole = whole(plain);
    if (whole.isPresent()
        && whole.get().compareTo(UNSIGNED_MAX) < 0
        && whole.get().compareTo(SIGNED_MIN) >= 0) {
      return Optional.of(node(whole.get()));
    }
    return FLOAT.matcher(plain).matches() ? fraction(plain) : Optional.empty();
  }

  private static Optional<BigInteger> whole(String text) {
    if (DECIMAL.matcher(text).matches()) {
      return Optional.of(new BigInteger(text));
    }
    if (HEXADECIMAL.matcher(text).matches()) {
      return Optional.of(new BigInteger(text.replaceFirst("0[xX]", ""), 16));
    }
    if (BINARY.matcher(text).matches()) {
      return Optional.of(new BigInteger(text.replaceFirst("0[bB]", ""), 2));
    }
    if (OCTAL.matcher(text).matches()) {
      return Optional.of(new BigInteger(text.replaceFirst("0[oO]?", ""), 8));
    }
    return Optional.empty();
  }

  private static Optional<JsonNode> fraction(String text) {
    BigDecimal value;
    try {
      value = new BigDecimal(text).stripTrailingZeros();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
    if (Math.abs((long) value.scale()) > EXPONENT_MAX) {
      return Optional.empty();
    }
    return Optional.of(
        value.scale() <= 0 && value.precision() - value.scale() <= 21
            ? node(value.toBigInteger())
            : DecimalNode.valueOf(value));
  }

  private static JsonNode node(BigInteger value) {
    if (value.bitLength() < Integer.SIZE) {
      return IntNode.valueOf(value.intValue());
    }
    return value.bitLength() < Long.SIZE
        ? LongNode.valueOf(value.longValue())
        : BigIntegerNode.valueOf(value);
  }
}
