package dev.wherry.apiserver.proxy;

import dev.wherry.model.status.ApiException;
import java.util.List;

/**
 * The forms of a name before {@code /proxy}: {@code name}, {@code name:port}, {@code
 * scheme:name:port} with an empty scheme or port allowed (apimachinery SplitSchemeNamePort).
 *
 * @param https whether the backend speaks TLS
 * @param port a number or a name, or ""
 */
record ProxyName(boolean https, String name, String port) {
  /**
   * Reads a name.
   *
   * @param kind what it names, for the refusal
   * @throws ApiException 400 when it has another form
   */
  static ProxyName parse(String kind, String id) {
    List<String> parts = List.of(id.split(":", -1));
    ProxyName parsed =
        switch (parts.size()) {
          case 1 -> new ProxyName(false, id, "");
          case 2 -> new ProxyName(false, parts.get(0), parts.get(1));
          case 3 -> new ProxyName(parts.get(0).equals("https"), parts.get(1), parts.get(2));
          default -> new ProxyName(false, "", "");
        };
    boolean scheme = parts.size() != 3 || List.of("", "http", "https").contains(parts.getFirst());
    if (parsed.name().isEmpty() || !scheme) {
      throw ApiException.badRequest("invalid " + kind + " request \"" + id + "\"");
    }
    return parsed;
  }

  /** The port's number, or a default where none is given. */
  int portOr(int otherwise) {
    return port.isEmpty() ? otherwise : number();
  }

  /**
   * The port's number.
   *
   * @throws ApiException 400 when it is none
   */
  int number() {
    int number = port.matches("\\d{1,5}") ? Integer.parseInt(port) : 0;
    if (number < 1 || number > 65_535) {
      throw ApiException.badRequest("invalid port \"" + port + "\"");
    }
    return number;
  }
}
