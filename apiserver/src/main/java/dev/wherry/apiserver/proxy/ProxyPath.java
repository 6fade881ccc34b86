package dev.wherry.apiserver.proxy;

/**
 * A request's target cut behind {@code /proxy}, still as the client escaped it.
 *
 * @param prefix up to and with {@code /proxy}
 * @param rest behind it; "" or with its leading slash
 * @param query with its question mark, or ""
 */
record ProxyPath(String prefix, String rest, String query) {
  /**
   * Cuts.
   *
   * @param segments parts of the path up to and with {@code proxy}
   */
  static ProxyPath of(String target, int segments) {
    int mark = target.indexOf('?');
    String path = mark < 0 ? target : target.substring(0, mark);
    int at = 0;
    for (int i = 0; i < segments; i++) {
      int next = path.indexOf('/', at + 1);
      at = next < 0 ? path.length() : next;
    }
    return new ProxyPath(
        path.substring(0, at), path.substring(at), mark < 0 ? "" : target.substring(mark));
  }

  /** What the server behind is asked for. */
  String target() {
    return (rest.isEmpty() ? "/" : rest) + query;
  }
}
