package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.registry.KindRegistry;
import dev.wherry.apiserver.table.TableFormat;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.schema.NullFields;
import dev.wherry.model.schema.ObjectType;
import dev.wherry.model.schema.ProtobufEncoder;
import dev.wherry.model.schema.Schema;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;

/** Writes objects and errors in the form the client accepts. */
final class Answers {
  static final String JSON_TYPE = "application/json";

  private final KindRegistry kinds;
  private final InstantSource clock;

  Answers(KindRegistry kinds, InstantSource clock) {
    this.kinds = kinds;
    this.clock = clock;
  }

  /** The kind of a list of objects. */
  String listKind(KindInfo kind) {
    return kinds.listKind(kind);
  }

  TableFormat table(KindInfo kind, Exchange exchange, Accepted form) {
    return new TableFormat(
        kinds.table(kind),
        form.version(),
        TableFormat.IncludeObject.parse(exchange.query().text("includeObject")),
        clock);
  }

  void object(Exchange exchange, KindInfo kind, int code, ObjectNode object) {
    Accepted form = Accepted.of(exchange.header("Accept"));
    if (form.isTable() && !isStatus(object)) {
      TableFormat table = table(kind, exchange, form);
      exchange.respond(code, table.contentType(), Json.write(table.ofObject(object)));
    } else if (form.isPartial() && !isStatus(object)) {
      ObjectNode partial = partial(object, form);
      exchange.respond(code, form.contentType(false), encode(partial, form));
    } else {
      exchange.respond(code, plainType(form), encode(object, form));
    }
  }

  /** Whether the client wants an object as it is, in JSON. */
  static boolean isPlainJson(Exchange exchange) {
    Accepted form = Accepted.of(exchange.header("Accept"));
    return !form.isTable() && !form.isPartial() && form.encoding() == Accepted.Encoding.JSON;
  }

  private static boolean isStatus(ObjectNode object) {
    return object.path("kind").asText().equals("Status");
  }

  private static String plainType(Accepted form) {
    return new Accepted(Accepted.Form.OBJECT, form.encoding(), "").contentType(false);
  }

  /** A list that is a tree already. */
  void list(Exchange exchange, ObjectNode list) {
    Accepted form = Accepted.of(exchange.header("Accept"));
    exchange.respond(200, plainType(form), encode(list, form));
  }

  /** A list that was made up for this answer. */
  void made(Exchange exchange, KindInfo kind, ObjectNode list) {
    Accepted form = Accepted.of(exchange.header("Accept"));
    if (form.isTable()) {
      TableFormat table = table(kind, exchange, form);
      ObjectNode rows = table.head((ObjectNode) list.get("metadata"), true);
      var row = rows.putArray("rows");
      list.path("items").forEach(item -> row.add(table.row((ObjectNode) item)));
      exchange.respond(200, table.contentType(), Json.write(rows));
    } else if (form.isPartial()) {
      ObjectNode partial = Json.object().put("kind", "PartialObjectMetadataList");
      partial.put("apiVersion", form.metaVersion()).set("metadata", list.path("metadata"));
      var items = partial.putArray("items");
      list.path("items").forEach(item -> items.add(partial(item, form)));
      exchange.respond(200, form.contentType(true), encode(partial, form));
    } else {
      exchange.respond(200, form.contentType(true), encode(list, form));
    }
  }

  /**
   * The bytes of a tree.
   *
   * @throws ApiException 406 for a type without a protobuf message
   */
  static byte[] encode(ObjectNode object, Accepted form) {
    return switch (form.encoding()) {
      case JSON -> Json.write(NullFields.shown(Schema.builtin(), object));
      case YAML ->
          Yaml.write(NullFields.shown(Schema.builtin(), object)).getBytes(StandardCharsets.UTF_8);
      case PROTOBUF -> ProtobufEncoder.encode(message(object), object);
    };
  }

  private static ObjectType message(ObjectNode object) {
    Schema schema = Schema.builtin();
    String apiVersion = object.path("apiVersion").asText();
    String kind = object.path("kind").asText();
    return schema
        .ofKind(apiVersion, kind)
        .or(() -> schema.type("meta.v1." + kind))
        .filter(ProtobufEncoder::has)
        .orElseThrow(() ->
            new ApiException(
                Reason.NOT_ACCEPTABLE,
                "only the following media types are accepted: application/json,"
                    + " application/yaml"));
  }

  static ObjectNode partial(JsonNode object, Accepted form) {
    ObjectNode partial = Json.object();
    partial.put("kind", "PartialObjectMetadata").put("apiVersion", form.metaVersion());
    partial.set("metadata", object.path("metadata"));
    return partial;
  }

  static void error(Exchange exchange, ApiException e) {
    if (e.details().retryAfterSeconds() > 0) {
      exchange.setHeader("Retry-After", String.valueOf(e.details().retryAfterSeconds()));
    }
    if (e.code() == 401) {
      exchange.setHeader("WWW-Authenticate", "Bearer realm=\"wherry\"");
    }
    exchange.respond(e.code(), JSON_TYPE, Json.write(e.toStatus()));
  }

  static void text(Exchange exchange, int code, String text) {
    exchange.respond(code, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
  }
}
