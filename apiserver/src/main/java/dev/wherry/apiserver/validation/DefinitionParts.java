package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Scale, columns, selectable fields, conversion and approval of definitions. */
final class DefinitionParts {
  private static final List<String> STRATEGIES = List.of("None", "Webhook");
  private static final List<String> COLUMN_TYPES =
      List.of("boolean", "date", "integer", "number", "string");
  private static final List<String> COLUMN_FORMATS =
      List.of("byte", "date", "date-time", "double", "float", "int32", "int64", "password");
  private static final int SELECTABLE_MAX = 8;

  private DefinitionParts() {}

  static void scale(Field scale, String path) {
    if (!scale.present()) {
      return;
    }
    replicas(scale, "specReplicasPath", ".spec.", path);
    replicas(scale, "statusReplicasPath", ".status.", path);
    Field selector =
        Field.of(
            scale.child("labelSelectorPath").node(),
            path + ".scale.labelSelectorPath",
            scale.errors());
    boolean below = selector.text().startsWith(".spec.") || selector.text().startsWith(".status.");
    if (selector.hasText() && simplePath(selector) && !below) {
      selector.invalid("should be a json path under either .spec or .status");
    }
  }

  private static void replicas(Field scale, String name, String below, String path) {
    Field field = Field.of(scale.child(name).node(), path + ".scale." + name, scale.errors());
    if (field.require() && simplePath(field) && !field.text().startsWith(below)) {
      field.invalid("should be a json path under " + below.substring(0, below.length() - 1));
    }
  }

  private static boolean simplePath(Field path) {
    boolean simple = path.text().startsWith(".");
    if (!simple) {
      path.invalid("must be a simple json path starting with .");
    }
    return simple;
  }

  static void columns(Field columns) {
    for (Field column : columns.items()) {
      column.child("name").require();
      Field type = column.child("type");
      String types = "must be one of " + String.join(",", COLUMN_TYPES);
      if (type.require(types) && !COLUMN_TYPES.contains(type.text())) {
        type.invalid(types);
      }
      Field format = column.child("format");
      if (format.hasText() && !COLUMN_FORMATS.contains(format.text())) {
        format.invalid("must be one of " + String.join(",", COLUMN_FORMATS));
      }
      Field path =
          Field.of(column.child("jsonPath").node(), column.path() + ".JSONPath", column.errors());
      if (path.require()) {
        simplePath(path);
      }
    }
  }

  static void selectable(Field fields, Field schema) {
    if (!fields.node().isEmpty() && !schema.present()) {
      fields
          .errors()
          .invalid(fields.path(), "", "may only be set when validations.schema is included");
      return;
    }
    Set<String> seen = new HashSet<>();
    for (Field field : fields.items()) {
      Field path = field.child("jsonPath");
      if (!path.require()) {
        continue;
      }
      JsonNode found = schema.node();
      for (String name : path.text().replaceFirst("^\\.", "").split("\\.")) {
        found = found.path("properties").path(name);
      }
      String type = found.path("type").asText();
      if (!path.text().startsWith(".") || found.isMissingNode()) {
        path.invalid("is an invalid path: does not refer to a valid field");
      } else if (path.text().startsWith(".metadata")) {
        path.invalid("must not point to fields in metadata");
      } else if (!List.of("string", "boolean", "integer").contains(type)) {
        path.invalid(
            "must point to a field of type string, boolean or integer. Enum string fields and"
                + " strings with formats are allowed.");
      }
      if (!seen.add(path.text())) {
        path.errors().duplicate(path.path(), path.node());
      }
    }
    if (seen.size() > SELECTABLE_MAX) {
      fields.errors().tooMany(fields.path(), seen.size(), SELECTABLE_MAX);
    }
  }

  static void conversion(Field conversion) {
    Field strategy = conversion.child("strategy");
    if (conversion.present() && strategy.require()) {
      strategy.oneOf(STRATEGIES);
    }
    Field webhook = conversion.child("webhook");
    Field config =
        Field.of(
            webhook.child("clientConfig").node(),
            conversion.path() + ".webhookClientConfig",
            conversion.errors());
    Field reviews =
        Field.of(
            webhook.child("conversionReviewVersions").node(),
            conversion.path() + ".conversionReviewVersions",
            conversion.errors());
    if (!strategy.is("Webhook")) {
      String said = "should not be set when strategy is not set to Webhook";
      if (config.present()) {
        config.forbidden(said);
      }
      if (!reviews.items().isEmpty()) {
        reviews.forbidden(said);
      }
      return;
    }
    if (!config.present()) {
      config.errors().required(config.path(), "required when strategy is set to Webhook");
    } else if (config.child("url").present() == config.child("service").present()) {
      config.errors().required(config.path(), "exactly one of url or service is required");
    } else if (config.child("service").present()) {
      config.at("service", "name").require();
      config.at("service", "namespace").require();
    } else if (!config.child("url").text().startsWith("https://")) {
      config.child("url").invalid("'https' is the only allowed URL scheme");
    }
    reviews(reviews);
  }

  private static void reviews(Field reviews) {
    if (reviews.items().isEmpty()) {
      reviews.errors().required(reviews.path(), "");
      return;
    }
    Set<String> seen = new HashSet<>();
    for (Field version : reviews.items()) {
      if (!seen.add(version.text())) {
        version.invalid("duplicate version");
      }
    }
    if (!seen.contains("v1") && !seen.contains("v1beta1")) {
      reviews.invalid("must include at least one of v1, v1beta1");
    }
  }

  /** Groups of the community need an approved API, or the word that it is none. */
  static void approval(Field definition) {
    JsonNode annotation =
        definition.node().path("metadata").path("annotations").path(Approval.ANNOTATION);
    String path = "metadata.annotations[" + Approval.ANNOTATION + "]";
    Approval.of(definition.node())
        .ifPresent(approval -> {
          switch (approval.state()) {
            case MISSING -> definition.errors().required(path, approval.message());
            case INVALID -> definition.errors().invalid(path, annotation, approval.message());
            case BYPASSED, APPROVED -> {}
          }
        });
  }
}
