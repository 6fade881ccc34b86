package dev.wherry.apiserver.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.audit.AuditPolicy.Decision;
import dev.wherry.apiserver.audit.AuditPolicy.Level;
import dev.wherry.apiserver.audit.AuditPolicy.Stage;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.apiserver.token.TokenReviews;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.schema.Protobuf;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** One request that the policy wants to know of. One thread at a time. */
final class RecordedTrail implements AuditTrail {
  /** Bytes of a body that is written down; of a larger one only that it was there. */
  private static final int BODY_BYTES_MAX = 1 << 20;

  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private final AuditLog log;
  private final Decision decision;
  private final Exchange exchange;
  private final ObjectNode event;
  private volatile byte[] answer = new byte[0];

  RecordedTrail(
      AuditLog log,
      Decision decision,
      Exchange exchange,
      UserInfo user,
      RequestInfo asked,
      String id) {
    this.log = log;
    this.decision = decision;
    this.exchange = exchange;
    this.event =
        Json.object()
            .put("kind", "Event")
            .put("apiVersion", "audit.k8s.io/v1")
            .put("level", decision.level().text())
            .put("auditID", id)
            .put("stage", "")
            .put("requestURI", exchange.target())
            .put("verb", asked.verb());
    exchange.setHeader("Audit-ID", id);
    TokenReviews.putUser(event.putObject("user"), user);
    event.putArray("sourceIPs").add(exchange.remoteAddress());
    event.put("userAgent", exchange.header("User-Agent"));
    if (asked.resourceRequest()) {
      about(event.putObject("objectRef"), asked);
    }
    String now = MICROS.format(now());
    event.put("requestReceivedTimestamp", now).put("stageTimestamp", now);
    if (decision.level() == Level.REQUEST_RESPONSE) {
      exchange.whenAnswered(body -> answer = body);
    }
  }

  private Instant now() {
    return log.clock().instant().truncatedTo(ChronoUnit.MICROS);
  }

  private static void about(ObjectNode reference, RequestInfo asked) {
    put(reference, "resource", asked.resource());
    put(reference, "namespace", asked.namespace());
    put(reference, "name", asked.name());
    put(reference, "apiGroup", asked.group());
    put(reference, "apiVersion", asked.version());
    put(reference, "subresource", asked.subresource());
  }

  private static void put(ObjectNode node, String field, String value) {
    if (!value.isEmpty()) {
      node.put(field, value);
    }
  }

  @Override
  public void received() {
    write(Stage.REQUEST_RECEIVED);
    if (decision.level().compareTo(Level.REQUEST) >= 0 && exchange.body().length > 0) {
      body(exchange.body(), exchange.header("Content-Type"))
          .ifPresent(object -> event.set("requestObject", object));
    }
  }

  @Override
  public void impersonated(UserInfo user) {
    TokenReviews.putUser(event.putObject("impersonatedUser"), user);
  }

  @Override
  public void judged(boolean allowed) {
    event
        .withObject("/annotations")
        .put("authorization.k8s.io/decision", allowed ? "allow" : "forbid");
  }

  @Override
  public void started() {
    status();
    write(Stage.RESPONSE_STARTED);
  }

  @Override
  public void complete() {
    status();
    if (answer.length > 0) {
      body(answer, "application/json").ifPresent(object -> event.set("responseObject", object));
    }
    write(Stage.RESPONSE_COMPLETE);
  }

  @Override
  public void failed() {
    status();
    write(Stage.PANIC);
  }

  private void status() {
    ObjectNode status = event.putObject("responseStatus");
    status.putObject("metadata");
    status.put("code", exchange.status());
    exchange
        .annotations()
        .forEach((key, value) -> event.withObject("/annotations").put(key, value));
  }

  /** A body as a tree; empty when it is none, or too large. */
  private Optional<JsonNode> body(byte[] bytes, String type) {
    if (bytes.length > BODY_BYTES_MAX) {
      event
          .withObject("/annotations")
          .put("audit.wherry.dev/omitted", "a body of " + bytes.length + " bytes");
      return Optional.empty();
    }
    try {
      JsonNode tree =
          type.startsWith("application/vnd.kubernetes.protobuf")
              ? Protobuf.decode(bytes)
              : type.contains("yaml") ? Yaml.parse(bytes).tree() : Json.parse(bytes);
      if (decision.withoutManagedFields() && tree.path("metadata") instanceof ObjectNode metadata) {
        metadata.remove("managedFields");
      }
      return Optional.of(tree);
    } catch (DecodeException e) {
      return Optional.empty();
    }
  }

  private void write(Stage stage) {
    if (!decision.omitted().contains(stage)) {
      event.put("stage", stage.text()).put("stageTimestamp", MICROS.format(now()));
      log.write(event);
    }
  }
}
