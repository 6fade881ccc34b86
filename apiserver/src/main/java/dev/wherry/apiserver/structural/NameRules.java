package dev.wherry.apiserver.structural;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Forms of names and values, each answering with upstream's sentences (apimachinery
 * util/validation).
 */
public final class NameRules {
  public static final int LABEL_BYTES_MAX = 63;
  public static final int SUBDOMAIN_BYTES_MAX = 253;
  private static final int PORT_NAME_BYTES_MAX = 15;

  private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
  private static final String SUBDOMAIN = LABEL + "(\\." + LABEL + ")*";
  private static final String WILDCARD = "\\*\\." + SUBDOMAIN;
  private static final String LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
  private static final String SEARCHED_LABEL = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
  private static final String SEARCHED = SEARCHED_LABEL + "(\\." + SEARCHED_LABEL + ")*";
  private static final String QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
  private static final String VALUE = "(" + QUALIFIED + ")?";
  private static final String CONFIG_KEY = "[-._a-zA-Z0-9]+";

  private static final Pattern LABEL_PATTERN = Pattern.compile(LABEL);
  private static final Pattern SUBDOMAIN_PATTERN = Pattern.compile(SUBDOMAIN);
  private static final Pattern SEARCHED_PATTERN = Pattern.compile(SEARCHED);
  private static final Pattern WILDCARD_PATTERN = Pattern.compile(WILDCARD);
  private static final Pattern LABEL_1035_PATTERN = Pattern.compile(LABEL_1035);
  private static final Pattern QUALIFIED_PATTERN = Pattern.compile(QUALIFIED);
  private static final Pattern VALUE_PATTERN = Pattern.compile(VALUE);
  private static final Pattern CONFIG_KEY_PATTERN = Pattern.compile(CONFIG_KEY);

  private static final String LABEL_MESSAGE =
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end"
          + " with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '"
          + LABEL
          + "')";
  private static final String SUBDOMAIN_MESSAGE =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start"
          + " and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '"
          + SUBDOMAIN
          + "')";
  private static final String SEARCHED_MESSAGE =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must"
          + " start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '"
          + SEARCHED
          + "')";
  private static final String LABEL_1035_MESSAGE =
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character,"
          + " and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '"
          + LABEL_1035
          + "')";
  private static final String WILDCARD_MESSAGE =
      "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of"
          + " lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character"
          + " (e.g. '*.example.com', regex used for validation is '"
          + WILDCARD
          + "')";
  private static final String QUALIFIED_MESSAGE =
      "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
          + " (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '"
          + QUALIFIED
          + "')";
  private static final String VALUE_MESSAGE =
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and"
          + " end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for"
          + " validation is '"
          + VALUE
          + "')";
  private static final String CONFIG_KEY_MESSAGE =
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',"
          + "  or 'key-name', regex used for validation is '"
          + CONFIG_KEY
          + "')";

  private NameRules() {}

  /** Upstream counts bytes everywhere and says so of label keys and values only. */
  private static String maxLength(int bytes) {
    return "must be no more than " + bytes + " characters";
  }

  private static String maxBytes(int bytes) {
    return "must be no more than " + bytes + " bytes";
  }

  private static List<String> check(String value, int bytesMax, Pattern pattern, String message) {
    List<String> messages = new ArrayList<>();
    if (value.length() > bytesMax) {
      messages.add(maxLength(bytesMax));
    }
    if (!pattern.matcher(value).matches()) {
      messages.add(message);
    }
    return messages;
  }

  public static List<String> label(String value) {
    String message =
        SUBDOMAIN_PATTERN.matcher(value).matches() ? "must not contain dots" : LABEL_MESSAGE;
    return check(value, LABEL_BYTES_MAX, LABEL_PATTERN, message);
  }

  public static List<String> subdomain(String value) {
    return check(value, SUBDOMAIN_BYTES_MAX, SUBDOMAIN_PATTERN, SUBDOMAIN_MESSAGE);
  }

  /** A subdomain that DNS is searched in: labels may have underscores, in front too (KEP-4427). */
  public static List<String> searched(String value) {
    return check(value, SUBDOMAIN_BYTES_MAX, SEARCHED_PATTERN, SEARCHED_MESSAGE);
  }

  /** A subdomain behind {@code *.}. */
  public static List<String> wildcard(String value) {
    return check(value, SUBDOMAIN_BYTES_MAX, WILDCARD_PATTERN, WILDCARD_MESSAGE);
  }

  public static List<String> label1035(String value) {
    return check(value, LABEL_BYTES_MAX, LABEL_1035_PATTERN, LABEL_1035_MESSAGE);
  }

  public static List<String> labelValue(String value) {
    List<String> messages = new ArrayList<>();
    if (value.length() > LABEL_BYTES_MAX) {
      messages.add(maxBytes(LABEL_BYTES_MAX));
    }
    if (!VALUE_PATTERN.matcher(value).matches()) {
      messages.add(VALUE_MESSAGE);
    }
    return messages;
  }

  public static List<String> configKey(String value) {
    List<String> messages =
        check(value, SUBDOMAIN_BYTES_MAX, CONFIG_KEY_PATTERN, CONFIG_KEY_MESSAGE);
    if (value.equals(".")) {
      messages.add("must not be '.'");
    } else if (value.equals("..")) {
      messages.add("must not be '..'");
    } else if (value.startsWith("..")) {
      messages.add("must not start with '..'");
    }
    return messages;
  }

  /** A name with an optional DNS prefix: label keys, finalizers, resource names. */
  public static List<String> qualified(String value) {
    String[] parts = value.split("/", -1);
    List<String> messages = new ArrayList<>();
    if (parts.length > 2) {
      messages.add(
          "a valid label key "
              + QUALIFIED_MESSAGE
              + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
      return messages;
    }
    if (parts.length == 2) {
      if (parts[0].isEmpty()) {
        messages.add("prefix part must be non-empty");
      } else {
        prefix(parts[0]).forEach(m -> messages.add("prefix part " + m));
      }
    }
    String name = parts[parts.length - 1];
    if (name.isEmpty()) {
      messages.add("name part must be non-empty");
    } else if (name.length() > LABEL_BYTES_MAX) {
      messages.add("name part " + maxBytes(LABEL_BYTES_MAX));
    }
    if (!QUALIFIED_PATTERN.matcher(name).matches()) {
      messages.add("name part " + QUALIFIED_MESSAGE);
    }
    return messages;
  }

  private static List<String> prefix(String value) {
    List<String> messages = new ArrayList<>();
    if (value.length() > SUBDOMAIN_BYTES_MAX) {
      messages.add(maxBytes(SUBDOMAIN_BYTES_MAX));
    }
    if (!SUBDOMAIN_PATTERN.matcher(value).matches()) {
      messages.add(SUBDOMAIN_MESSAGE);
    }
    return messages;
  }

  public static List<String> annotationKey(String value) {
    return qualified(value.toLowerCase(Locale.ROOT));
  }

  /** Names that only have to fit into a URL path: RBAC. */
  public static List<String> pathSegment(String value) {
    List<String> messages = new ArrayList<>();
    if (value.equals(".") || value.equals("..")) {
      messages.add("may not be '" + value + "'");
    }
    for (String part : List.of("/", "%")) {
      if (value.contains(part)) {
        messages.add("may not contain '" + part + "'");
      }
    }
    return messages;
  }

  public static List<String> environmentName(String value) {
    boolean printable = value.chars().allMatch(c -> c >= ' ' && c <= '~' && c != '=');
    return printable && !value.isEmpty()
        ? List.of()
        : List.of(
            "a valid environment variable name must consist only of printable ASCII characters other than '='");
  }

  public static List<String> portName(String value) {
    List<String> messages = new ArrayList<>();
    if (value.length() > PORT_NAME_BYTES_MAX) {
      messages.add(maxLength(PORT_NAME_BYTES_MAX));
    }
    if (!value.matches("[-a-z0-9]+")) {
      messages.add("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
    }
    if (value.chars().noneMatch(c -> c >= 'a' && c <= 'z')) {
      messages.add("must contain at least one letter (a-z)");
    }
    if (value.contains("--")) {
      messages.add("must not contain consecutive hyphens");
    }
    if (value.startsWith("-") || value.endsWith("-")) {
      messages.add("must not begin or end with a hyphen");
    }
    return messages;
  }
}
