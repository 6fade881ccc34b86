package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.apiserver.structural.NameRules;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Events of the core group and of events.k8s.io (pkg/apis/core/validation/events.go). */
final class EventRules {
  private static final int MESSAGE_BYTES_MAX = 1024;
  private static final int NAME_BYTES_MAX = 128;

  /** What stays as it was, by its name in events.k8s.io and the one that refusals have. */
  private static final Map<String, String> FIXED = new LinkedHashMap<>();

  static {
    FIXED.put("regarding", "involvedObject");
    FIXED.put("reason", "reason");
    FIXED.put("note", "message");
    FIXED.put("deprecatedSource", "source");
    FIXED.put("deprecatedFirstTimestamp", "firstTimestamp");
    FIXED.put("deprecatedLastTimestamp", "lastTimestamp");
    FIXED.put("deprecatedCount", "count");
    FIXED.put("type", "type");
    FIXED.put("eventTime", "eventTime");
    FIXED.put("action", "action");
    FIXED.put("related", "related");
    FIXED.put("reportingController", "reportingController");
    FIXED.put("reportingInstance", "reportingInstance");
  }

  private EventRules() {}

  static void core(Field event) {
    sameNamespace(event, "involvedObject");
    // Only events of the new API carry eventTime, and only they are held to its rules.
    if (event.child("eventTime").present()) {
      reported(event, "message", "reportingComponent");
      typed(event);
    }
  }

  static void v1(Field event) {
    reported(event, "note", "reportingController");
    typed(event);
  }

  /** Of an event only its series and its metadata may change; one of the old API stays one. */
  static void v1Update(Field event, Field old) {
    sameNamespace(event, "regarding");
    if (event.child("eventTime").present()) {
      reported(event, "note", "reportingController");
    }
    FIXED.forEach((field, name) -> {
      Field now = event.child(field);
      Field before = old.child(field);
      boolean absent = !now.present() && !before.present();
      if (!absent && !now.node().equals(before.node())) {
        event.errors().invalid(name, now.node(), "field is immutable");
      }
    });
    if (!event.child("series").node().equals(old.child("series").node())) {
      Field series = event.child("series");
      frequent(series);
      if (series.present()) {
        series.child("lastObservedTime").require();
      }
    }
  }

  private static void sameNamespace(Field event, String reference) {
    String namespace = event.at("metadata", "namespace").text();
    String about = event.child(reference).child("namespace").text();
    boolean mismatch = about.isEmpty() ? !namespace.equals("default") : !about.equals(namespace);
    if (mismatch) {
      event.errors().invalid("involvedObject.namespace", about, "does not match event.namespace");
    }
  }

  private static void reported(Field event, String message, String controller) {
    Field reporting = event.child(controller);
    if (reporting.require()) {
      reporting.matches(NameRules::qualified);
    }
    for (String name : List.of("reportingInstance", "action", "reason")) {
      Field field = event.child(name);
      if (field.require() && bytes(field.text()) > NAME_BYTES_MAX) {
        field
            .errors()
            .invalid(field.path(), "", "can have at most " + NAME_BYTES_MAX + " characters");
      }
    }
    if (bytes(event.child(message).text()) > MESSAGE_BYTES_MAX) {
      event.errors().invalid(message, "", "can have at most " + MESSAGE_BYTES_MAX + " characters");
    }
  }

  private static void typed(Field event) {
    Field type = event.child("type");
    if (!type.is("Normal") && !type.is("Warning")) {
      type.errors().invalid("type", type.text(), "has invalid value: " + type.text());
    }
    frequent(event.child("series"));
  }

  private static void frequent(Field series) {
    if (series.present() && series.child("count").number() < 2) {
      series.errors().invalid("series.count", TextNode.valueOf(""), "should be at least 2");
    }
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
