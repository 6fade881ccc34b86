package dev.wherry.apiserver.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Map;

/**
 * Encodes parts of an OpenAPI v2 document as protobuf, by the field numbers of gnostic's
 * openapiv2/OpenAPIv2.proto.
 *
 * <p>A document is written as the concatenation of many one-element Documents: protobuf merges
 * repeated occurrences of an embedded message, so that no part needs the length of the whole.
 */
final class GnosticV2 {
  private static final int DOCUMENT_SWAGGER = 1;
  private static final int DOCUMENT_INFO = 2;
  private static final int DOCUMENT_PATHS = 8;
  private static final int DOCUMENT_DEFINITIONS = 9;
  private static final List<String> METHODS =
      List.of("get", "put", "post", "delete", "options", "head", "patch");
  private static final int METHODS_BASE = 2;

  private GnosticV2() {}

  /** The document's head: swagger version and info. */
  static byte[] head(String title, String version) {
    return new ProtoMessage()
        .text(DOCUMENT_SWAGGER, "2.0")
        .message(DOCUMENT_INFO, new ProtoMessage().text(1, title).text(2, version))
        .toByteArray();
  }

  /** A document that holds one path. */
  static byte[] path(String path, JsonNode item) {
    ProtoMessage named = new ProtoMessage().text(1, path).message(2, pathItem(item));
    return new ProtoMessage()
        .message(DOCUMENT_PATHS, new ProtoMessage().message(2, named))
        .toByteArray();
  }

  /** A document that holds one definition. */
  static byte[] definition(String name, JsonNode schema) {
    ProtoMessage definitions = new ProtoMessage().message(1, namedSchema(name, schema));
    return new ProtoMessage().message(DOCUMENT_DEFINITIONS, definitions).toByteArray();
  }

  private static ProtoMessage pathItem(JsonNode item) {
    ProtoMessage message = new ProtoMessage();
    for (int i = 0; i < METHODS.size(); i++) {
      if (item.has(METHODS.get(i))) {
        message.message(METHODS_BASE + i, operation(item.get(METHODS.get(i))));
      }
    }
    item.path("parameters").forEach(p -> message.message(9, parametersItem(p)));
    return message;
  }

  private static ProtoMessage operation(JsonNode operation) {
    ProtoMessage message = new ProtoMessage();
    operation.path("tags").forEach(tag -> message.text(1, tag.asText()));
    message.text(3, text(operation, "description")).text(5, text(operation, "operationId"));
    operation.path("produces").forEach(type -> message.text(6, type.asText()));
    operation.path("consumes").forEach(type -> message.text(7, type.asText()));
    operation.path("parameters").forEach(p -> message.message(8, parametersItem(p)));
    ProtoMessage responses = new ProtoMessage();
    for (Map.Entry<String, JsonNode> e : operation.path("responses").properties()) {
      responses.message(
          1, new ProtoMessage().text(1, e.getKey()).message(2, response(e.getValue())));
    }
    message.message(9, responses);
    extensions(operation, 13, message);
    return message;
  }

  private static ProtoMessage response(JsonNode response) {
    ProtoMessage message = new ProtoMessage().text(1, text(response, "description"));
    if (response.has("schema")) {
      message.message(2, new ProtoMessage().message(1, schema(response.get("schema"))));
    }
    return new ProtoMessage().message(1, message);
  }

  private static ProtoMessage parametersItem(JsonNode p) {
    ProtoMessage parameter = new ProtoMessage();
    switch (text(p, "in")) {
      case "body" ->
          parameter.message(
              1,
              new ProtoMessage()
                  .text(1, text(p, "description"))
                  .text(2, text(p, "name"))
                  .text(3, "body")
                  .flag(4, p.path("required").asBoolean())
                  .message(5, schema(p.path("schema"))));
      case "path" ->
          parameter.message(
              2,
              new ProtoMessage()
                  .message(4, simple(p).text(5, text(p, "type")).flag(19, unique(p))));
      default ->
          parameter.message(
              2,
              new ProtoMessage()
                  .message(3, simple(p).text(6, text(p, "type")).flag(20, unique(p))));
    }
    return new ProtoMessage().message(1, parameter);
  }

  private static boolean unique(JsonNode parameter) {
    return parameter.path("uniqueItems").asBoolean();
  }

  private static ProtoMessage simple(JsonNode p) {
    return new ProtoMessage()
        .flag(1, p.path("required").asBoolean())
        .text(2, text(p, "in"))
        .text(3, text(p, "description"))
        .text(4, text(p, "name"));
  }

  private static ProtoMessage namedSchema(String name, JsonNode schema) {
    return new ProtoMessage().text(1, name).message(2, schema(schema));
  }

  private static ProtoMessage schema(JsonNode schema) {
    ProtoMessage message = new ProtoMessage();
    message
        .text(1, text(schema, "$ref"))
        .text(2, text(schema, "format"))
        .text(4, text(schema, "description"));
    if (schema.has("default")) {
      message.message(5, any(schema.get("default")));
    }
    schema.path("required").forEach(name -> message.text(19, name.asText()));
    schema.path("enum").forEach(value -> message.message(20, any(value)));
    if (schema.has("additionalProperties")) {
      message.message(
          21, new ProtoMessage().message(1, schema(schema.get("additionalProperties"))));
    }
    if (schema.has("type")) {
      message.message(22, new ProtoMessage().text(1, text(schema, "type")));
    }
    if (schema.has("items")) {
      message.message(23, new ProtoMessage().message(1, schema(schema.get("items"))));
    }
    schema.path("allOf").forEach(part -> message.message(24, schema(part)));
    if (schema.has("properties")) {
      ProtoMessage properties = new ProtoMessage();
      schema
          .get("properties")
          .properties()
          .forEach(e -> properties.message(1, namedSchema(e.getKey(), e.getValue())));
      message.message(25, properties);
    }
    extensions(schema, 31, message);
    return message;
  }

  /** Vendor extensions travel as YAML texts; JSON is YAML. */
  private static void extensions(JsonNode node, int field, ProtoMessage message) {
    for (Map.Entry<String, JsonNode> e : node.properties()) {
      if (e.getKey().startsWith("x-")) {
        message.message(
            field, new ProtoMessage().text(1, e.getKey()).message(2, any(e.getValue())));
      }
    }
  }

  private static ProtoMessage any(JsonNode value) {
    return new ProtoMessage().text(2, value.toString() + "\n");
  }

  private static String text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isMissingNode() || value.equals(JsonNodeFactory.instance.nullNode())
        ? ""
        : value.asText();
  }
}
