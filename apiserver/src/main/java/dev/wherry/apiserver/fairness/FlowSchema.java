package dev.wherry.apiserver.fairness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.apiserver.view.Trees;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A FlowSchema object, ready to be matched.
 *
 * @param precedence schemas with a lower one are asked first
 * @param level the name of the priority level
 */
record FlowSchema(
    String name,
    String uid,
    int precedence,
    String level,
    Distinguisher distinguisher,
    List<FlowRule> rules) {
  /** In the order in which they are asked. */
  static final Comparator<FlowSchema> ORDER =
      Comparator.comparingInt(FlowSchema::precedence).thenComparing(FlowSchema::name);

  /** What makes a flow of its own within a schema. */
  enum Distinguisher {
    /** All of a schema is one flow. */
    NONE,
    BY_USER,
    BY_NAMESPACE
  }

  static FlowSchema of(ObjectNode object) {
    JsonNode spec = object.path("spec");
    List<FlowRule> rules = new ArrayList<>();
    spec.path("rules").forEach(rule -> rules.add(FlowRule.of(rule)));
    Distinguisher distinguisher =
        switch (Trees.text(spec, "distinguisherMethod", "type")) {
          case "ByUser" -> Distinguisher.BY_USER;
          case "ByNamespace" -> Distinguisher.BY_NAMESPACE;
          default -> Distinguisher.NONE;
        };
    return new FlowSchema(
        Trees.name(object),
        Trees.uid(object),
        spec.path("matchingPrecedence").asInt(),
        Trees.text(spec, "priorityLevelConfiguration", "name"),
        distinguisher,
        List.copyOf(rules));
  }

  boolean match(UserInfo user, RequestInfo asked) {
    for (FlowRule rule : rules) {
      if (rule.match(user, asked)) {
        return true;
      }
    }
    return false;
  }

  /** Equal for requests of one flow. */
  long flow(UserInfo user, RequestInfo asked) {
    String of =
        switch (distinguisher) {
          case NONE -> "";
          case BY_USER -> user.name();
          case BY_NAMESPACE -> asked.namespace();
        };
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest((name + "\0" + of).getBytes(StandardCharsets.UTF_8));
      return java.nio.ByteBuffer.wrap(digest).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
