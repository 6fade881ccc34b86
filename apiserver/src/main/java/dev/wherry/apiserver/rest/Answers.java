package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.table.TableFormat;
import dev.wherry.apiserver.table.Tables;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import java.time.InstantSource;

/** Writes objects and errors in the form the client accepts. */
final class Answers {
  static final String JSON_TYPE = "application/json";
  private static final String PARTIAL_TYPE =
      "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";

  private final InstantSource clock;

  Answers(InstantSource clock) {
    this.clock = clock;
  }

  TableFormat table(KindInfo kind, Exchange exchange, Accepted form) {
    return new TableFormat(
        Tables.of(kind.group(), kind.plural()),
        form == Accepted.TABLE_V1BETA1 ? "v1beta1" : "v1",
        TableFormat.IncludeObject.parse(exchange.query().text("includeObject")),
        clock);
  }

  void object(Exchange exchange, KindInfo kind, int code, ObjectNode object) {
    Accepted form = Accepted.of(exchange.header("Accept"));
    if (object.path("kind").asText().equals("Status")) {
      exchange.respond(code, JSON_TYPE, Json.write(object));
    } else if (form.isTable()) {
      TableFormat table = table(kind, exchange, form);
      exchange.respond(code, table.contentType(), Json.write(table.ofObject(object)));
    } else if (form == Accepted.PARTIAL) {
      exchange.respond(code, PARTIAL_TYPE, Json.write(partial(object)));
    } else {
      exchange.respond(code, JSON_TYPE, Json.write(object));
    }
  }

  /** A list that is a tree already. */
  void list(Exchange exchange, ObjectNode list) {
    Accepted.of(exchange.header("Accept"));
    exchange.respond(200, JSON_TYPE, Json.write(list));
  }

  static ObjectNode partial(JsonNode object) {
    ObjectNode partial = Json.object();
    partial.put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/v1");
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
    exchange.respond(
        code, "text/plain; charset=utf-8", text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }
}
