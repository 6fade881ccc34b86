package dev.wherry.network.ingress.kinds;

import com.fasterxml.jackson.databind.node.ArrayNode;

/** A condition of Gateway API's, without its time. */
record Condition(String type, boolean status, String reason, String message) {
  static Condition yes(String type, String reason) {
    return new Condition(type, true, reason, "");
  }

  static Condition no(String type, String reason, String message) {
    return new Condition(type, false, reason, message);
  }

  void write(ArrayNode conditions, long generation) {
    conditions
        .addObject()
        .put("type", type)
        .put("status", status ? "True" : "False")
        .put("observedGeneration", generation)
        .put("reason", reason)
        .put("message", message);
  }
}
