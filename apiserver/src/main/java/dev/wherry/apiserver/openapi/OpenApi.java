package dev.wherry.apiserver.openapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.discovery.ApiCatalog;
import dev.wherry.apiserver.discovery.ApiCatalog.ServedGroup;
import dev.wherry.apiserver.discovery.ApiCatalog.ServedVersion;
import dev.wherry.apiserver.media.MediaRange;
import dev.wherry.model.json.Json;
import dev.wherry.model.schema.Schema;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.lang.ref.SoftReference;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Answers GET of {@code /openapi/v2}, {@code /openapi/v3} and {@code /openapi/v3/...}. */
public final class OpenApi {
  private static final String JSON = "application/json";
  private static final String V3_ROOT = "/openapi/v3";
  private static final String V2_ROOT = "/openapi/v2";
  private static final String V2_PROTOBUF =
      "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
  private static final String V2_PROTOBUF_LEGACY =
      "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
  private static final String IMMUTABLE = "public, immutable, max-age=31536000";
  private static final String REVALIDATE = "no-cache, private";

  /** Above the generations that definitions can reach in the life of a process. */
  private static final int FOREIGN_SHIFT = 40;

  private final ApiCatalog catalog;
  private final Schema schema;
  private final CustomSchemas custom;
  private final ForeignDocuments foreign;
  private final String version;
  private volatile Built built = new Built(Long.MIN_VALUE, new ConcurrentHashMap<>());

  /**
   * Compressed documents of one generation of the catalog; the garbage collector may take them when
   * memory is short.
   */
  private record Built(long generation, Map<String, SoftReference<byte[]>> gzipped) {}

  /**
   * An answer.
   *
   * @param status 200, 304 (no body) or 301 (no body, {@code location} set)
   * @param gzip the body, compressed
   */
  public record Answer(
      int status,
      String contentType,
      String etag,
      String cacheControl,
      String location,
      byte[] gzip) {
    /** The body uncompressed, for clients that do not accept gzip. */
    public byte[] plain() {
      return gzip.length == 0 ? gzip : Gzip.expand(gzip);
    }
  }

  /**
   * OpenAPI of a catalog.
   *
   * @param version version in the documents' info, such as {@code v1.36.0}
   */
  public OpenApi(ApiCatalog catalog, Schema schema, CustomSchemas custom, String version) {
    this(catalog, schema, custom, ForeignDocuments.NONE, version);
  }

  /** OpenAPI of a catalog and of other servers. */
  public OpenApi(
      ApiCatalog catalog,
      Schema schema,
      CustomSchemas custom,
      ForeignDocuments foreign,
      String version) {
    this.foreign = foreign;
    this.custom = custom;
    this.catalog = catalog;
    this.schema = schema;
    this.version = version;
  }

  /** Whether {@code path} is one that this class answers. */
  public static boolean serves(String path) {
    return path.equals(V2_ROOT) || path.equals(V3_ROOT) || path.startsWith(V3_ROOT + "/");
  }

  /**
   * The document of a path, or empty when there is none.
   *
   * @param hash the query parameter {@code hash}, "" when absent
   * @param accept the Accept header, "" when absent
   * @param ifNoneMatch the If-None-Match header, "" when absent
   * @throws ApiException NotAcceptable when no offered form is accepted
   */
  public Optional<Answer> answer(String path, String hash, String accept, String ifNoneMatch) {
    if (path.equals(V2_ROOT)) {
      String type = v2Type(accept);
      String etag = hash(type, catalog.groups().toString() + foreign.generation());
      return Optional.of(known(etag, ifNoneMatch, type).orElseGet(() -> v2(type, etag)));
    }
    requireJson(accept);
    if (path.equals(V3_ROOT) || path.equals(V3_ROOT + "/")) {
      byte[] index = Json.write(index());
      String etag = hash("index", new String(index, StandardCharsets.UTF_8));
      return Optional.of(
          known(etag, ifNoneMatch, JSON)
              .orElseGet(
                  () -> new Answer(200, JSON, quoted(etag), REVALIDATE, "", Gzip.compress(index))));
    }
    return v3(path, hash, ifNoneMatch);
  }

  private Optional<Answer> v3(String path, String hash, String ifNoneMatch) {
    String name = path.substring(V3_ROOT.length() + 1);
    for (ServedGroup group : catalog.groups()) {
      for (ServedVersion served : group.versions()) {
        if (name.equals(documentName(group, served))) {
          String now = documentHash(group, served);
          if (!hash.isEmpty() && !hash.equals(now)) {
            return Optional.of(
                new Answer(301, JSON, quoted(now), REVALIDATE, url(name, now), new byte[0]));
          }
          String cache = hash.isEmpty() ? REVALIDATE : IMMUTABLE;
          return Optional.of(
              known(now, ifNoneMatch, JSON)
                  .orElseGet(() ->
                      new Answer(200, JSON, quoted(now), cache, "", v3Body(name, group, served))));
        }
      }
    }
    return Optional.ofNullable(foreign.v3().get(name))
        .map(document -> foreign(name, document, hash, ifNoneMatch));
  }

  private Answer foreign(
      String name, ForeignDocuments.Document document, String hash, String ifNoneMatch) {
    String now = hash(name, document.hash());
    if (!hash.isEmpty() && !hash.equals(now)) {
      return new Answer(301, JSON, quoted(now), REVALIDATE, url(name, now), new byte[0]);
    }
    String cache = hash.isEmpty() ? REVALIDATE : IMMUTABLE;
    byte[] body = Gzip.compress(document.json());
    return known(now, ifNoneMatch, JSON)
        .orElseGet(() -> new Answer(200, JSON, quoted(now), cache, "", body));
  }

  private static Optional<Answer> known(String etag, String ifNoneMatch, String type) {
    return ifNoneMatch.contains(quoted(etag))
        ? Optional.of(new Answer(304, type, quoted(etag), REVALIDATE, "", new byte[0]))
        : Optional.empty();
  }

  private Answer v2(String type, String etag) {
    byte[] body = cached("v2 " + type, () -> documents().v2(type.equals(JSON)));
    return new Answer(200, type, quoted(etag), REVALIDATE, "", body);
  }

  private byte[] v3Body(String name, ServedGroup group, ServedVersion served) {
    return cached(name, () -> documents().v3(group, served));
  }

  private Documents documents() {
    return new Documents(catalog, schema, custom, foreign, version);
  }

  private byte[] cached(String key, Supplier<byte[]> make) {
    long generation = catalog.generation() + (foreign.generation() << FOREIGN_SHIFT);
    Built now = built;
    if (now.generation() != generation) {
      now = new Built(generation, new ConcurrentHashMap<>());
      built = now;
    }
    SoftReference<byte[]> reference = now.gzipped().get(key);
    byte[] known = reference == null ? null : reference.get();
    if (known == null) {
      known = make.get();
      now.gzipped().put(key, new SoftReference<>(known));
    }
    return known;
  }

  private ObjectNode index() {
    ObjectNode index = Json.object();
    ObjectNode paths = index.putObject("paths");
    for (ServedGroup group : catalog.groups()) {
      for (ServedVersion served : group.versions()) {
        String name = documentName(group, served);
        paths.putObject(name).put("serverRelativeURL", url(name, documentHash(group, served)));
      }
    }
    foreign
        .v3()
        .forEach((name, document) ->
            paths.putObject(name).put("serverRelativeURL", url(name, hash(name, document.hash()))));
    return index;
  }

  private static String url(String name, String hash) {
    return V3_ROOT + "/" + name + "?hash=" + hash;
  }

  private static String documentName(ServedGroup group, ServedVersion served) {
    return group.name().isEmpty()
        ? "api/" + served.version()
        : "apis/" + group.name() + "/" + served.version();
  }

  /** A hash of what a document is made from, so that the index needs no document. */
  private String documentHash(ServedGroup group, ServedVersion served) {
    return hash(documentName(group, served), served.toString());
  }

  private String hash(String name, String content) {
    return DocumentHash.of(version + "\n" + schema.fingerprint(), name, content);
  }

  private static String quoted(String hash) {
    return '"' + hash + '"';
  }

  private static String v2Type(String accept) {
    for (MediaRange range : MediaRange.parse(accept)) {
      if (range.type().equals(V2_PROTOBUF) || range.type().equals(V2_PROTOBUF_LEGACY)) {
        return V2_PROTOBUF_LEGACY;
      }
      if (range.accepts(JSON)) {
        return JSON;
      }
    }
    throw notAcceptable();
  }

  private static void requireJson(String accept) {
    if (MediaRange.parse(accept).stream().noneMatch(range -> range.accepts(JSON))) {
      throw notAcceptable();
    }
  }

  private static ApiException notAcceptable() {
    String why = "only the following media types are accepted: " + JSON;
    return new ApiException(Reason.NOT_ACCEPTABLE, why);
  }
}
