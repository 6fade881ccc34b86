package dev.wherry.apiserver.fieldmanager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.fieldmanager.Application.Config;
import dev.wherry.apiserver.fieldmanager.Application.Result;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.merge.Comparison;
import dev.wherry.model.merge.FieldFilter;
import dev.wherry.model.merge.FieldSet;
import dev.wherry.model.merge.FieldSets;
import dev.wherry.model.merge.MergeException;
import dev.wherry.model.merge.MergeType;
import java.nio.charset.StandardCharsets;

/**
 * kubectl's way from client-side to server-side apply: what its annotation says it applied and is
 * still so is no conflict for it, and the annotation follows what it applies.
 */
final class LastApplied {
  static final String ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";

  /** The manager kubectl applies as; any other name opts out. */
  private static final String KUBECTL = "kubectl";

  /** Bytes of all annotations of an object (apimachinery TotalAnnotationSizeLimitB). */
  private static final int ANNOTATIONS_BYTES_MAX = 256 * 1024;

  private final Application application;
  private final OwnerTracking manager;

  LastApplied(Application application, OwnerTracking manager) {
    this.application = application;
    this.manager = manager;
  }

  Result apply(
      Writer writer, FieldFilter filter, ObjectNode live, ManagedFields owners, Config config) {
    try {
      return application.attempt(writer, filter, live, owners, config.force(), config.config());
    } catch (Conflicts e) {
      if (!writer.manager().equals(KUBECTL)) {
        throw e;
      }
      FieldSet allowed = allowed(writer, live);
      if (!e.fields().difference(allowed).isEmpty()) {
        throw allowed.isEmpty() ? e : e.without(allowed);
      }
      return application.attempt(writer, filter, live, owners, true, config.config());
    }
  }

  private static String annotation(JsonNode object) {
    return object.path("metadata").path("annotations").path(ANNOTATION).asText();
  }

  /** What the annotation holds and the live object holds just so. */
  private FieldSet allowed(Writer writer, ObjectNode live) {
    String text = annotation(live);
    if (text.isEmpty()) {
      return FieldSet.EMPTY;
    }
    try {
      JsonNode last = Json.parse(text);
      if (!last.path("apiVersion").asText().equals(writer.apiVersion())) {
        return FieldSet.EMPTY;
      }
      MergeType type = manager.type(writer.kind());
      Comparison since = Comparison.of(type, last, live);
      return FieldSets.of(type, last).difference(since.changed()).difference(since.removed());
    } catch (DecodeException | MergeException e) {
      return FieldSet.EMPTY;
    }
  }

  /** The object with the annotation brought up to date, where it has one. */
  static ObjectNode synced(Writer writer, ObjectNode object, ObjectNode config) {
    if (!writer.manager().equals(KUBECTL) || annotation(object).isEmpty()) {
      return object;
    }
    ObjectNode applied = config.deepCopy();
    if (applied.path("metadata").path("annotations") instanceof ObjectNode annotations) {
      annotations.remove(ANNOTATION);
      if (annotations.isEmpty()) {
        applied.withObject("/metadata").remove("annotations");
      }
    }
    String text = new String(Json.write(applied), StandardCharsets.UTF_8) + "\n";
    ObjectNode annotations = object.withObject("/metadata").withObject("/annotations");
    annotations.put(ANNOTATION, text);
    if (bytes(annotations) > ANNOTATIONS_BYTES_MAX) {
      annotations.remove(ANNOTATION);
    }
    return object;
  }

  private static long bytes(ObjectNode annotations) {
    return annotations.properties().stream()
        .mapToLong(a ->
            a.getKey().getBytes(StandardCharsets.UTF_8).length
                + (long) a.getValue().asText().getBytes(StandardCharsets.UTF_8).length)
        .sum();
  }
}
