package dev.wherry.apiserver.structural;

import com.google.re2j.Pattern;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/** Named formats of texts, as expressions ask for them (apiserver cel/library/format.go). */
public final class TextFormats {
  private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
  private static final String QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
  private static final int LABEL_BYTES_MAX = 63;
  private static final int SUBDOMAIN_BYTES_MAX = 253;
  private static final Map<String, Function<String, List<String>>> NAMED = make();

  private TextFormats() {}

  /** Checks by name; each gives the mistakes of a text. */
  public static Map<String, Function<String, List<String>>> named() {
    return NAMED;
  }

  private static Map<String, Function<String, List<String>>> make() {
    Map<String, Function<String, List<String>>> all = new LinkedHashMap<>();
    String subdomain = LABEL + "(\\." + LABEL + ")*";
    String label1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
    shaped(all, "dns1123Label", LABEL, LABEL_BYTES_MAX, false);
    shaped(all, "dns1123Subdomain", subdomain, SUBDOMAIN_BYTES_MAX, false);
    shaped(all, "dns1035Label", label1035, LABEL_BYTES_MAX, false);
    shaped(all, "dns1123LabelPrefix", LABEL, LABEL_BYTES_MAX, true);
    shaped(all, "dns1123SubdomainPrefix", subdomain, SUBDOMAIN_BYTES_MAX, true);
    shaped(all, "dns1035LabelPrefix", label1035, LABEL_BYTES_MAX, true);
    shaped(all, "labelValue", "(" + QUALIFIED + ")?", LABEL_BYTES_MAX, false);
    Pattern name = Pattern.compile("(" + subdomain + "/)?" + QUALIFIED);
    int bytesMax = SUBDOMAIN_BYTES_MAX + 1 + LABEL_BYTES_MAX;
    all.put(
        "qualifiedName",
        text ->
            name.matches(text)
                    && text.length() <= bytesMax
                    && text.length() - text.indexOf('/') - 1 <= LABEL_BYTES_MAX
                ? List.of()
                : List.of("a qualified name must match the regex '" + QUALIFIED + "'"));
    for (String format : List.of("uri", "uuid", "byte", "date", "datetime")) {
      Predicate<String> fits = text -> Formats.matchesFormat(format, text);
      all.put(format, text -> fits.test(text) ? List.of() : List.of("invalid " + format));
    }
    return Map.copyOf(all);
  }

  private static void shaped(
      Map<String, Function<String, List<String>>> all,
      String format,
      String regex,
      int bytesMax,
      boolean prefix) {
    Pattern pattern = Pattern.compile(regex);
    all.put(
        format,
        text -> {
          String whole = prefix && text.endsWith("-") ? text + "a" : text;
          if (whole.length() > bytesMax) {
            return List.of("must be no more than " + bytesMax + " bytes");
          }
          return pattern.matches(whole)
              ? List.of()
              : List.of("must match the regex '" + regex + "'");
        });
  }

  /** Whether a text is an address in its usual form; a mapped one is not. */
  public static boolean isAddress(String text) {
    boolean mapped = text.contains(":") && text.contains(".");
    return !mapped
        && (text.contains(":")
            ? Formats.matchesFormat("ipv6", text)
            : Formats.matchesFormat("ipv4", text));
  }

  /** Whether a text is a network: an address, a slash, the number of its leading bits. */
  public static boolean isNetwork(String text) {
    int slash = text.indexOf('/');
    return slash > 0 && isAddress(text.substring(0, slash)) && Formats.matchesFormat("cidr", text);
  }
}
