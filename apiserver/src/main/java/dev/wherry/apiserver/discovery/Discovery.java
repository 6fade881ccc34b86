package dev.wherry.apiserver.discovery;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.discovery.ApiCatalog.ServedGroup;
import dev.wherry.apiserver.discovery.ApiCatalog.ServedVersion;
import dev.wherry.apiserver.media.MediaRange;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Answers GET of {@code /api}, {@code /api/v1}, {@code /apis}, {@code /apis/G} and {@code
 * /apis/G/V}.
 */
public final class Discovery {
  private static final String JSON = "application/json";

  private final ApiCatalog catalog;
  private final String serverAddress;
  private volatile Built built = new Built(Long.MIN_VALUE, new ConcurrentHashMap<>());

  /** Documents of one generation of the catalog, by path and form. */
  private record Built(long generation, Map<String, Answer> answers) {}

  /**
   * An answer.
   *
   * @param status 200 or 304 (then the body is empty)
   * @param etag quoted entity tag; send it with {@code Vary: Accept}
   */
  public record Answer(int status, String contentType, String etag, byte[] body) {
    private Answer unlessMatches(String ifNoneMatch) {
      boolean matches =
          ifNoneMatch.equals("*") || List.of(ifNoneMatch.split("\\s*,\\s*")).contains(etag);
      return matches && !ifNoneMatch.isEmpty()
          ? new Answer(304, contentType, etag, new byte[0])
          : this;
    }
  }

  /**
   * Discovery over a catalog.
   *
   * @param serverAddress {@code host:port} for old clients of {@code /api}
   */
  public Discovery(ApiCatalog catalog, String serverAddress) {
    this.catalog = catalog;
    this.serverAddress = serverAddress;
  }

  /** Whether {@code path} is one that this class answers. */
  public static boolean serves(String path) {
    String trimmed = trim(path);
    return trimmed.equals("/api")
        || trimmed.equals("/apis")
        || (trimmed.startsWith("/api/") && slashes(trimmed) == 2)
        || (trimmed.startsWith("/apis/") && slashes(trimmed) <= 3);
  }

  private static String trim(String path) {
    return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  private static long slashes(String path) {
    return path.chars().filter(c -> c == '/').count();
  }

  /**
   * The document of a path, or empty when no such group or version is served.
   *
   * @param accept the Accept header, "" when absent
   * @param ifNoneMatch the If-None-Match header, "" when absent
   * @throws ApiException NotAcceptable when no offered form is accepted
   */
  public Optional<Answer> answer(String path, String accept, String ifNoneMatch) {
    String trimmed = trim(path);
    String form = form(trimmed, accept);
    long generation = catalog.generation();
    Built now = built;
    if (now.generation() != generation) {
      now = new Built(generation, new ConcurrentHashMap<>());
      built = now;
    }
    String key = trimmed + " " + form;
    Answer known = now.answers().get(key);
    if (known == null) {
      Optional<ObjectNode> document = document(trimmed, form);
      if (document.isEmpty()) {
        return Optional.empty();
      }
      known = encode(document.get(), form);
      now.answers().put(key, known);
    }
    return Optional.of(known.unlessMatches(ifNoneMatch));
  }

  /** "" for the legacy form, else the version of the aggregated one. */
  private static String form(String path, String accept) {
    boolean root = path.equals("/api") || path.equals("/apis");
    for (MediaRange range : MediaRange.parse(accept)) {
      if (!range.accepts(JSON)) {
        continue;
      }
      String as = range.parameter("as");
      if (as.isEmpty()) {
        return "";
      }
      String version = range.parameter("v");
      boolean aggregated =
          as.equals("APIGroupDiscoveryList") && range.parameter("g").equals("apidiscovery.k8s.io");
      if (root && aggregated && (version.equals("v2") || version.equals("v2beta1"))) {
        return version;
      }
    }
    throw new ApiException(
        Reason.NOT_ACCEPTABLE, "only the following media types are accepted: " + JSON);
  }

  private Optional<ObjectNode> document(String path, String form) {
    List<ServedGroup> groups = catalog.groups();
    if (!form.isEmpty()) {
      boolean core = path.equals("/api");
      return Optional.of(
          AggregatedDocument.of(
              groups.stream().filter(g -> g.name().isEmpty() == core).toList(), form));
    }
    String[] parts = path.substring(1).split("/");
    boolean core = parts[0].equals("api");
    if (parts.length == 1) {
      return Optional.of(
          core ? LegacyDocuments.versions(serverAddress) : LegacyDocuments.groups(groups));
    }
    String groupName = core ? "" : parts[1];
    Optional<ServedGroup> group =
        groups.stream()
            .filter(g -> g.name().equals(groupName) && (core || !groupName.isEmpty()))
            .findFirst();
    if (!core && parts.length == 2) {
      return group.map(LegacyDocuments::group);
    }
    String version = core ? parts[1] : parts[2];
    return group.flatMap(g -> version(g, version).map(v -> LegacyDocuments.resources(g, v)));
  }

  private static Optional<ServedVersion> version(ServedGroup group, String version) {
    return group.versions().stream().filter(v -> v.version().equals(version)).findFirst();
  }

  private static Answer encode(ObjectNode document, String form) {
    byte[] body = Json.write(document);
    String type =
        form.isEmpty()
            ? JSON
            : JSON + ";g=apidiscovery.k8s.io;v=" + form + ";as=APIGroupDiscoveryList";
    return new Answer(200, type, '"' + hash(body) + '"', body);
  }

  private static String hash(byte[] body) {
    try {
      return HexFormat.of()
          .withUpperCase()
          .formatHex(MessageDigest.getInstance("SHA-512").digest(body));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-512", e);
    }
  }
}
