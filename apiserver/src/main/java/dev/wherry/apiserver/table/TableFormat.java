package dev.wherry.apiserver.table;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.schema.NullFields;
import dev.wherry.model.schema.Schema;
import dev.wherry.model.status.ApiException;
import java.io.IOException;
import java.time.InstantSource;

/**
 * Writes objects of one resource as meta.k8s.io Tables: a whole table for a list or object, or one
 * table per watch event with the column definitions in the first only.
 *
 * @param table the resource's columns
 * @param version {@code v1} or {@code v1beta1}
 * @param include what each row carries of its object
 * @param clock for ages
 */
public record TableFormat(
    KindTable table, String version, IncludeObject include, InstantSource clock) {

  /** The query parameter {@code includeObject}. */
  public enum IncludeObject {
    /** No object. */
    NONE,
    /** PartialObjectMetadata, the default. */
    METADATA,
    /** The whole object. */
    OBJECT;

    /**
     * Reads the parameter; "" is the default.
     *
     * @throws ApiException BadRequest for another word
     */
    public static IncludeObject parse(String parameter) {
      return switch (parameter) {
        case "", "Metadata" -> METADATA;
        case "None" -> NONE;
        case "Object" -> OBJECT;
        default ->
            throw ApiException.badRequest(
                "unrecognized includeObject value: \"" + parameter + "\"");
      };
    }
  }

  /** The media type parameters of the answer, after {@code application/json;}. */
  public String contentType() {
    return "application/json;as=Table;v=" + version + ";g=meta.k8s.io";
  }

  /** The table of one object, as GET, POST, PUT, PATCH and DELETE answer. */
  public ObjectNode ofObject(ObjectNode object) {
    ObjectNode meta = Json.object();
    copy(object.path("metadata"), meta, "resourceVersion");
    ObjectNode result = head(meta, true);
    result.putArray("rows").add(row(object));
    return result;
  }

  /** The table of one watch event's object; only the first event of a watch carries the columns. */
  public ObjectNode ofEvent(ObjectNode object, boolean first) {
    ObjectNode meta = Json.object();
    copy(object.path("metadata"), meta, "resourceVersion");
    ObjectNode result = head(meta, first);
    result.putArray("rows").add(row(object));
    return result;
  }

  /** Writes everything of a list's table up to its first row; rows follow by {@link #writeRow}. */
  public void open(JsonGenerator out, ObjectNode listMetadata) throws IOException {
    out.writeStartObject();
    ObjectNode head = head(listMetadata, true);
    for (var field : head.properties()) {
      out.writeFieldName(field.getKey());
      Json.write(field.getValue(), out);
    }
    out.writeArrayFieldStart("rows");
  }

  /** Writes the row of one object. */
  public void writeRow(JsonGenerator out, ObjectNode object) throws IOException {
    Json.write(row(object), out);
  }

  /** Ends what {@link #open} began. */
  public void close(JsonGenerator out) throws IOException {
    out.writeEndArray();
    out.writeEndObject();
  }

  /** One row: cells, conditions where the kind has any, object as {@link #include} says. */
  public ObjectNode row(ObjectNode object) {
    ObjectNode row = Json.object();
    row.set("cells", table.row(object, clock.instant()));
    conditions(object, row);
    switch (include) {
      case NONE -> row.putNull("object");
      case METADATA -> row.set("object", partial(object));
      case OBJECT -> row.set("object", NullFields.shown(Schema.builtin(), object));
    }
    return row;
  }

  private ObjectNode partial(ObjectNode object) {
    ObjectNode partial =
        Json.object()
            .put("kind", "PartialObjectMetadata")
            .put("apiVersion", "meta.k8s.io/" + version);
    partial.set(
        "metadata", object.path("metadata").isObject() ? object.get("metadata") : Json.object());
    return partial;
  }

  /** A table without rows. */
  public ObjectNode head(ObjectNode metadata, boolean withColumns) {
    ObjectNode head =
        Json.object().put("kind", "Table").put("apiVersion", "meta.k8s.io/" + version);
    head.set("metadata", metadata);
    ArrayNode definitions = head.putArray("columnDefinitions");
    if (withColumns) {
      table.columns().forEach(column -> definitions.add(column.toJson()));
    }
    return head;
  }

  private static void copy(JsonNode from, ObjectNode to, String field) {
    if (from.has(field)) {
      to.set(field, from.get(field));
    }
  }

  /** Pods that ended carry the condition that lets clients hide them. */
  private static void conditions(ObjectNode object, ObjectNode row) {
    if (!object.path("kind").asText().equals("Pod")) {
      return;
    }
    String phase = object.path("status").path("phase").asText();
    String message =
        switch (phase) {
          case "Succeeded" -> "The pod has completed successfully.";
          case "Failed" -> "The pod failed.";
          default -> "";
        };
    if (!message.isEmpty()) {
      row.putArray("conditions")
          .addObject()
          .put("type", "Completed")
          .put("status", "True")
          .put("reason", phase)
          .put("message", message);
    }
  }
}
