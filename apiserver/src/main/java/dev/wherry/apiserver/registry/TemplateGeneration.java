package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;

/**
 * How often a DaemonSet's template was changed: an annotation of which apps/v1 makes a field of its
 * own (rules: the daemonset strategy, and pkg/apis/apps/v1/conversion.go). Clients see it always
 * and may choose it at the creation alone.
 */
public final class TemplateGeneration {
  private static final String DAEMON_SETS = "daemonsets.apps";
  private static final String ANNOTATION = "deprecated.daemonset.template.generation";
  private static final String UNSET = "0";

  private TemplateGeneration() {}

  /**
   * What a client sent, as upstream reads it: who leaves the number out has written 0.
   *
   * @throws ApiException 400 for an annotation that is no number
   */
  public static void read(KindInfo kind, ObjectNode object) {
    if (kind.resource().equals(DAEMON_SETS)) {
      set(object, number(object));
    }
  }

  /** A new object begins with 1, or with a higher number that it was sent with. */
  static void begin(KindInfo kind, ObjectNode object) {
    if (kind.resource().equals(DAEMON_SETS)) {
      set(object, Math.max(1, number(object)));
    }
  }

  /** One more than before where the template was changed, else what it was. */
  static void follow(KindInfo kind, ObjectNode object, JsonNode old) {
    if (kind.resource().equals(DAEMON_SETS)) {
      boolean same = template(object).equals(template(old));
      set(object, Math.max(1, number(old)) + (same ? 0 : 1));
    }
  }

  private static JsonNode template(JsonNode object) {
    return object.path("spec").path("template");
  }

  private static void set(ObjectNode object, long number) {
    MetadataPolicy.of(object).withObject("/annotations").put(ANNOTATION, String.valueOf(number));
  }

  private static long number(JsonNode object) {
    String text = object.path("metadata").path("annotations").path(ANNOTATION).asText(UNSET);
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      String why = text.matches("[+-]?[0-9]+") ? "value out of range" : "invalid syntax";
      throw ApiException.badRequest(
          "DaemonSet in version \"v1\" cannot be handled as a DaemonSet: strconv.ParseInt: parsing"
              + " \"%s\": %s".formatted(text, why));
    }
  }
}
