package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.media.MediaRange;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.List;
import java.util.Optional;

/**
 * The form of an answer: what of the object, and in which encoding.
 *
 * @param version of the group meta.k8s.io, for tables and partial objects
 */
record Accepted(Form form, Encoding encoding, String version) {
  /** What of an object is told. */
  enum Form {
    OBJECT,
    TABLE,
    PARTIAL
  }

  /** How it is written. */
  enum Encoding {
    JSON,
    YAML,
    PROTOBUF
  }

  static final String PROTOBUF_TYPE = "application/vnd.kubernetes.protobuf";
  static final Accepted JSON = new Accepted(Form.OBJECT, Encoding.JSON, "");
  private static final String META = "meta.k8s.io";
  private static final String OFFERED =
      "application/json, application/yaml, application/vnd.kubernetes.protobuf";

  /**
   * The client's first choice that can be served. Protobuf only where the client takes nothing
   * else: JSON is what the cache holds (decision 0152).
   *
   * @throws ApiException 406 when none can
   */
  static Accepted of(String accept) {
    List<MediaRange> ranges = MediaRange.parse(accept);
    for (MediaRange range : ranges) {
      Optional<Accepted> found = readable(range);
      if (found.isPresent()) {
        return found.get();
      }
    }
    for (MediaRange range : ranges) {
      if (range.type().equals(PROTOBUF_TYPE) && range.parameter("as").isEmpty()) {
        return new Accepted(Form.OBJECT, Encoding.PROTOBUF, "");
      }
    }
    throw new ApiException(
        Reason.NOT_ACCEPTABLE, "only the following media types are accepted: " + OFFERED);
  }

  private static Optional<Accepted> readable(MediaRange range) {
    boolean json = range.accepts("application/json");
    boolean yaml = range.accepts("application/yaml");
    Encoding encoding = json ? Encoding.JSON : Encoding.YAML;
    if (!json && !yaml) {
      return Optional.empty();
    }
    String as = range.parameter("as");
    if (as.isEmpty()) {
      return Optional.of(new Accepted(Form.OBJECT, encoding, ""));
    }
    String version = range.parameters().getOrDefault("v", "v1");
    boolean known = version.equals("v1") || version.equals("v1beta1");
    if (!known || !META.equals(range.parameters().getOrDefault("g", META))) {
      return Optional.empty();
    }
    if (as.equals("Table") && json) {
      return Optional.of(new Accepted(Form.TABLE, encoding, version));
    }
    return as.startsWith("PartialObjectMetadata")
        ? Optional.of(new Accepted(Form.PARTIAL, encoding, version))
        : Optional.empty();
  }

  /**
   * Holds for answers without metadata, of which neither tables nor partial objects can be made.
   *
   * @throws ApiException 406 when another form than the object is asked for
   */
  void requireObject() {
    if (form != Form.OBJECT) {
      throw new ApiException(
          Reason.NOT_ACCEPTABLE, "only the following media types are accepted: " + OFFERED);
    }
  }

  boolean isTable() {
    return form == Form.TABLE;
  }

  boolean isPartial() {
    return form == Form.PARTIAL;
  }

  boolean isJson() {
    return encoding == Encoding.JSON;
  }

  boolean isProtobuf() {
    return encoding == Encoding.PROTOBUF;
  }

  /** Whether the cache's own bytes are the answer. */
  boolean isPlainJson() {
    return isJson() && form == Form.OBJECT;
  }

  /**
   * @param list whether the answer is a list
   */
  String contentType(boolean list) {
    String type =
        switch (encoding) {
          case JSON -> "application/json";
          case YAML -> "application/yaml";
          case PROTOBUF -> PROTOBUF_TYPE;
        };
    return isPartial()
        ? "%s;as=PartialObjectMetadata%s;v=%s;g=%s"
            .formatted(type, list ? "List" : "", version, META)
        : type;
  }

  /** The kind of partial objects, as its answer names it. */
  String metaVersion() {
    return META + "/" + version;
  }
}
