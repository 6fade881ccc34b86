package dev.wherry.apiserver.structural;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Named formats of texts, as expressions ask for them (apiserver cel/library/format.go). */
public final class TextFormats {
  private static final Map<String, Function<String, List<String>>> NAMED = make();

  private TextFormats() {}

  /** Checks by name; each gives the mistakes of a text. */
  public static Map<String, Function<String, List<String>>> named() {
    return NAMED;
  }

  private static Map<String, Function<String, List<String>>> make() {
    Map<String, Function<String, List<String>>> all = new LinkedHashMap<>();
    all.put("dns1123Label", NameRules::label);
    all.put("dns1123Subdomain", NameRules::subdomain);
    all.put("dns1035Label", NameRules::label1035);
    all.put("dns1123LabelPrefix", text -> NameRules.label(completed(text)));
    all.put("dns1123SubdomainPrefix", text -> NameRules.subdomain(completed(text)));
    all.put("dns1035LabelPrefix", text -> NameRules.label1035(completed(text)));
    all.put("labelValue", NameRules::labelValue);
    all.put("qualifiedName", NameRules::qualified);
    all.put(
        "uri",
        text ->
            Formats.matchesFormat("uri", text)
                ? List.of()
                : List.of("parse \"" + text + "\": invalid URI for request"));
    checked(all, "uuid", "does not match the UUID format");
    checked(all, "byte", "invalid base64");
    checked(all, "date", "invalid date");
    checked(all, "datetime", "invalid datetime");
    return Map.copyOf(all);
  }

  private static void checked(
      Map<String, Function<String, List<String>>> all, String format, String mistake) {
    all.put(format, text -> Formats.matchesFormat(format, text) ? List.of() : List.of(mistake));
  }

  /** A name that a prefix may become: the dash at its end, and what is before it, are an a. */
  private static String completed(String prefix) {
    return prefix.length() > 1 && prefix.endsWith("-")
        ? prefix.substring(0, prefix.length() - 2) + "a"
        : prefix;
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
