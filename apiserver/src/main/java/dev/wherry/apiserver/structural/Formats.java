package dev.wherry.apiserver.structural;

import com.google.re2j.Pattern;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Base64;
import java.util.Map;
import java.util.function.Predicate;

/** The string formats of custom resources (kube-openapi strfmt; govalidator). */
final class Formats {
  private static final int SHORT_NAME_BYTES_MAX = 63;
  private static final int LONG_NAME_BYTES_MAX = 253;
  private static final int LABEL_BYTES_MAX = 63;
  private static final String SHORT_NAME = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
  private static final Pattern DURATION =
      Pattern.compile(
          "[-+]?(\\d+(\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)"
              + "((\\d+(\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h))*");
  private static final Pattern WORDED_DURATION =
      Pattern.compile(
          "(\\d+)\\s*(ns|nano|us|µs|micro|ms|milli|s|sec|second|m|min|minute|h|hr|hour|d|day"
              + "|w|wk|week)s?");
  private static final Pattern DATE_TIME =
      Pattern.compile(
          "(\\d{4}-\\d{2}-\\d{2})[tT](\\d{2}):(\\d{2}):(\\d{2})(\\.\\d+)?"
              + "([zZ]|[-+]\\d{2}:?\\d{2})?");
  private static final Pattern HOSTNAME =
      Pattern.compile(
          "([a-zA-Z0-9\\p{S}\\p{L}]((-?[a-zA-Z0-9\\p{S}\\p{L}]{0,62})?)"
              + "|([a-zA-Z0-9\\p{S}\\p{L}](([a-zA-Z0-9-\\p{S}\\p{L}]{0,61}[a-zA-Z0-9\\p{S}\\p{L}])?)"
              + "(\\.)){1,}([a-zA-Z\\p{L}]){2,63})");
  private static final Pattern IPV4_PART = Pattern.compile("0|[1-9][0-9]{0,2}");

  private static final Map<String, Predicate<String>> KNOWN =
      Map.ofEntries(
          Map.entry("bsonobjectid", pattern("[0-9a-fA-F]{24}")),
          Map.entry("uri", Formats::uri),
          Map.entry("email", pattern("[^@<>\\s]+@[^@<>\\s]+|.*<[^@<>\\s]+@[^@<>\\s]+>")),
          Map.entry("hostname", Formats::hostname),
          Map.entry("ipv4", Formats::ipv4),
          Map.entry("ipv6", s -> s.contains(":") && ipv6(s)),
          Map.entry("cidr", Formats::cidr),
          Map.entry(
              "mac",
              pattern(
                  "([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}|([0-9a-fA-F]{2}[:-]){7}[0-9a-fA-F]{2}"
                      + "|([0-9a-fA-F]{4}\\.){2}[0-9a-fA-F]{4}|([0-9a-fA-F]{4}\\.){3}[0-9a-fA-F]{4}")),
          Map.entry("uuid", uuid("[0-9a-f]{4}-?[0-9a-f]{4}")),
          Map.entry("uuid3", uuid("3[0-9a-f]{3}-?[0-9a-f]{4}")),
          Map.entry("uuid4", uuid("4[0-9a-f]{3}-?[89ab][0-9a-f]{3}")),
          Map.entry("uuid5", uuid("5[0-9a-f]{3}-?[89ab][0-9a-f]{3}")),
          Map.entry("isbn", s -> isbn10(s) || isbn13(s)),
          Map.entry("isbn10", Formats::isbn10),
          Map.entry("isbn13", Formats::isbn13),
          Map.entry("creditcard", Formats::creditCard),
          Map.entry("ssn", pattern("\\d{3}[- ]?\\d{2}[- ]?\\d{4}")),
          Map.entry("hexcolor", pattern("#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")),
          Map.entry("rgbcolor", Formats::rgb),
          Map.entry("byte", Formats::base64),
          Map.entry("password", s -> true),
          Map.entry("date", Formats::date),
          Map.entry("duration", Formats::duration),
          Map.entry("datetime", Formats::dateTime),
          Map.entry(
              "k8sshortname", s -> s.length() <= SHORT_NAME_BYTES_MAX && matches(SHORT_NAME, s)),
          Map.entry(
              "k8slongname",
              s ->
                  s.length() <= LONG_NAME_BYTES_MAX
                      && matches(SHORT_NAME + "(\\." + SHORT_NAME + ")*", s)));

  private Formats() {}

  /** Whether texts of this format are looked at; other formats are ignored. */
  static boolean isKnown(String format) {
    return KNOWN.containsKey(normal(format));
  }

  static boolean matchesFormat(String format, String text) {
    Predicate<String> check = KNOWN.get(normal(format));
    return check == null || check.test(text);
  }

  private static String normal(String format) {
    return format.replace("-", "");
  }

  private static Predicate<String> pattern(String regex) {
    Pattern compiled = Pattern.compile(regex);
    return compiled::matches;
  }

  private static boolean matches(String regex, String text) {
    return Pattern.matches(regex, text);
  }

  private static Predicate<String> uuid(String middle) {
    return pattern("(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?" + middle + "-?[0-9a-f]{12}");
  }

  private static boolean uri(String text) {
    try {
      URI uri = new URI(text);
      return uri.getScheme() != null || text.startsWith("/");
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private static boolean hostname(String text) {
    if (!HOSTNAME.matches(text)) {
      return false;
    }
    for (String part : text.split("\\.", -1)) {
      if (part.isEmpty() || part.length() > LABEL_BYTES_MAX) {
        return false;
      }
    }
    return true;
  }

  private static boolean ipv4(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != 4) {
      return text.contains(":") && text.contains(".") && ipv6(text);
    }
    for (String part : parts) {
      if (!IPV4_PART.matches(part) || Integer.parseInt(part) > 255) {
        return false;
      }
    }
    return true;
  }

  private static boolean ipv6(String text) {
    String rest = text;
    int groups = 0;
    int dot = text.lastIndexOf('.');
    if (dot >= 0) {
      int colon = text.lastIndexOf(':');
      if (colon < 0 || !ipv4(text.substring(colon + 1))) {
        return false;
      }
      rest = text.substring(0, colon + 1) + "0:0";
    }
    int shortened = rest.indexOf("::");
    if (shortened >= 0 && rest.indexOf("::", shortened + 1) >= 0) {
      return false;
    }
    String filled = shortened < 0 ? rest : rest.replace("::", ":*:");
    for (String group : filled.split(":", -1)) {
      if (group.equals("*") || (group.isEmpty() && shortened >= 0)) {
        continue;
      }
      if (!matches("[0-9a-fA-F]{1,4}", group)) {
        return false;
      }
      groups++;
    }
    return shortened >= 0 ? groups < 8 : groups == 8;
  }

  private static boolean cidr(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || !matches("[0-9]{1,3}", text.substring(slash + 1))) {
      return false;
    }
    String address = text.substring(0, slash);
    int bits = Integer.parseInt(text.substring(slash + 1));
    return address.contains(":") ? ipv6(address) && bits <= 128 : ipv4(address) && bits <= 32;
  }

  private static boolean isbn10(String text) {
    String digits = text.replaceAll("[\\s-]+", "");
    if (!matches("[0-9]{9}[0-9X]", digits)) {
      return false;
    }
    int sum = 0;
    for (int i = 0; i < 10; i++) {
      sum += (i + 1) * (digits.charAt(i) == 'X' ? 10 : digits.charAt(i) - '0');
    }
    return sum % 11 == 0;
  }

  private static boolean isbn13(String text) {
    String digits = text.replaceAll("[\\s-]+", "");
    if (!matches("[0-9]{13}", digits)) {
      return false;
    }
    int sum = 0;
    for (int i = 0; i < 13; i++) {
      sum += (i % 2 == 0 ? 1 : 3) * (digits.charAt(i) - '0');
    }
    return sum % 10 == 0;
  }

  /** Luhn's sum. */
  private static boolean creditCard(String text) {
    String digits = text.replaceAll("[^0-9]+", "");
    if (digits.length() < 13 || digits.length() > 16) {
      return false;
    }
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(digits.length() - 1 - i) - '0';
      int counted = i % 2 == 0 ? digit : digit * 2;
      sum += counted > 9 ? counted - 9 : counted;
    }
    return sum % 10 == 0;
  }

  private static boolean rgb(String text) {
    String part = "\\s*(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])\\s*";
    return matches("rgb\\(" + part + "," + part + "," + part + "\\)", text);
  }

  private static boolean base64(String text) {
    try {
      return !text.isEmpty() && text.length() % 4 == 0 && Base64.getDecoder().decode(text) != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean date(String text) {
    try {
      return matches("\\d{4}-\\d{2}-\\d{2}", text) && LocalDate.parse(text) != null;
    } catch (DateTimeException e) {
      return false;
    }
  }

  private static boolean duration(String text) {
    return text.equals("0") || DURATION.matches(text) || WORDED_DURATION.matcher(text).find();
  }

  private static boolean dateTime(String text) {
    var parts = DATE_TIME.matcher(text);
    return parts.matches()
        && date(parts.group(1))
        && Integer.parseInt(parts.group(2)) < 24
        && Integer.parseInt(parts.group(3)) < 60
        && Integer.parseInt(parts.group(4)) < 61;
  }
}
