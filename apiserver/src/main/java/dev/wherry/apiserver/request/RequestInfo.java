package dev.wherry.apiserver.request;

import java.util.List;

/**
 * A request in the words of the authoriser (apiserver endpoints/request RequestInfo).
 *
 * @param resourceRequest whether it is about a resource; else only verb and path count
 * @param verb of paths below {@code /watch/} always watch; get, list, watch, create, update, patch,
 *     delete or deletecollection; of other paths the HTTP method in lower case
 * @param group "" for core
 * @param namespace "" for cluster scope and for all namespaces
 * @param name "" for a collection
 * @param rest the path behind a proxy subresource, with its leading slash, or ""
 * @param selectors what a collection is narrowed to
 */
public record RequestInfo(
    boolean resourceRequest,
    String verb,
    String path,
    String group,
    String version,
    String resource,
    String subresource,
    String namespace,
    String name,
    String rest,
    Selectors selectors) {

  private static final List<String> NAMESPACE_SUBRESOURCES = List.of("status", "finalize");

  /**
   * Reads a request.
   *
   * @param method HTTP method
   * @param path decoded, without query
   */
  public static RequestInfo parse(String method, String path, Query query) {
    String[] parts = split(path);
    int at;
    String group;
    if (parts.length >= 3 && parts[0].equals("api")) {
      group = "";
      at = 1;
    } else if (parts.length >= 4 && parts[0].equals("apis")) {
      group = parts[1];
      at = 2;
    } else {
      return nonResource(method, path);
    }
    return resource(method, path, query, parts, group, at);
  }

  private static String[] split(String path) {
    String trimmed = path.startsWith("/") ? path.substring(1) : path;
    return trimmed.isEmpty() ? new String[0] : trimmed.split("/", -1);
  }

  private static RequestInfo nonResource(String method, String path) {
    return new RequestInfo(
        false,
        method.toLowerCase(java.util.Locale.ROOT),
        path,
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        Selectors.NONE);
  }

  private static RequestInfo resource(
      String method, String path, Query query, String[] parts, String group, int versionAt) {
    String version = parts[versionAt];
    int at = versionAt + 1;
    boolean watch =
        parts[at].equals("watch")
            && parts.length > at + 1
            && List.of("GET", "HEAD").contains(method);
    if (watch) {
      at++;
    }
    String namespace = "";
    boolean ofNamespace =
        parts.length > at + 2
            && parts[at].equals("namespaces")
            && !(parts.length == at + 3 && NAMESPACE_SUBRESOURCES.contains(parts[at + 2]));
    if (ofNamespace) {
      namespace = parts[at + 1];
      at += 2;
    } else if (parts[at].equals("namespaces") && parts.length > at + 1) {
      namespace = parts[at + 1];
    }
    String resource = parts[at];
    String name = parts.length > at + 1 ? parts[at + 1] : "";
    String subresource = parts.length > at + 2 ? parts[at + 2] : "";
    String rest = rest(parts, at + 3);
    Selectors selectors = name.isEmpty() ? query.selectors() : Selectors.NONE;
    if (name.isEmpty()) {
      name = selectors.fieldEqual("metadata.name");
    }
    return new RequestInfo(
        true,
        watch ? "watch" : verb(method, parts.length > at + 1 && !parts[at + 1].isEmpty(), query),
        path,
        group,
        version,
        resource,
        subresource,
        namespace,
        name,
        rest,
        selectors);
  }

  private static String rest(String[] parts, int from) {
    StringBuilder rest = new StringBuilder();
    for (int i = from; i < parts.length; i++) {
      rest.append('/').append(parts[i]);
    }
    return rest.toString();
  }

  private static String verb(String method, boolean named, Query query) {
    return switch (method) {
      case "GET", "HEAD" -> {
        if (named) {
          yield "get";
        }
        yield query.flag("watch") ? "watch" : "list";
      }
      case "POST" -> "create";
      case "PUT" -> "update";
      case "PATCH" -> "patch";
      case "DELETE" -> named ? "delete" : "deletecollection";
      default -> "";
    };
  }

  /** The same request with another verb. */
  public RequestInfo withVerb(String other) {
    return new RequestInfo(
        resourceRequest,
        other,
        path,
        group,
        version,
        resource,
        subresource,
        namespace,
        name,
        rest,
        selectors);
  }

  /** Whether it is a watch that names its object in the path, as older clients do. */
  public boolean isWatchOfOne() {
    return verb.equals("watch")
        && !name.isEmpty()
        && selectors.fieldEqual("metadata.name").isEmpty();
  }

  /** Whether an answer may go on without end. */
  public boolean isLongRunning() {
    return verb.equals("watch")
        || subresource.equals("exec")
        || subresource.equals("attach")
        || subresource.equals("portforward")
        || subresource.equals("proxy")
        || subresource.equals("log");
  }
}
