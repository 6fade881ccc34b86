package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.http.Api;
import dev.wherry.machinery.client.Query;
import dev.wherry.model.status.ApiException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What belongs to an object that is described: its events, its pods, other objects. */
final class Surroundings {
  private final Api api;
  private final boolean eventsShown;
  private final Moments moments;

  Surroundings(Api api, boolean eventsShown, InstantSource clock) {
    this.api = api;
    this.eventsShown = eventsShown;
    this.moments = new Moments(clock);
  }

  Moments moments() {
    return moments;
  }

  /** Reads a collection; none when it may not be read or is not served. */
  List<JsonNode> list(String path, String labels, String fields) {
    List<JsonNode> items = new ArrayList<>();
    try {
      api.get(new Query(path).add("labelSelector", labels).add("fieldSelector", fields).toString())
          .path("items")
          .forEach(items::add);
    } catch (ApiException e) {
      return List.of();
    }
    return items;
  }

  JsonNode get(String path) {
    return api.get(path);
  }

  /** The events of an object, the section's end of every description. */
  void events(Page page, JsonNode object) {
    JsonNode metadata = object.path("metadata");
    events(page, object, List.of(metadata.path("uid").asText("")));
  }

  void events(Page page, JsonNode object, List<String> uids) {
    if (!eventsShown) {
      return;
    }
    JsonNode metadata = object.path("metadata");
    String namespace = metadata.path("namespace").asText("");
    List<JsonNode> events = new ArrayList<>();
    for (String uid : uids) {
      String fields =
          "involvedObject.name="
              + metadata.path("name").asText()
              + (namespace.isEmpty() ? "" : ",involvedObject.namespace=" + namespace)
              + ",involvedObject.kind="
              + object.path("kind").asText()
              + ",involvedObject.uid="
              + uid;
      String path =
          namespace.isEmpty() ? "/api/v1/events" : "/api/v1/namespaces/" + namespace + "/events";
      events.addAll(list(path, "", fields));
    }
    if (events.isEmpty()) {
      page.line(0, "Events:\t<none>");
      return;
    }
    page.flush();
    events.sort(Comparator.comparing(event -> event.path("lastTimestamp").asText("")));
    page.line(0, "Events:").line(1, "Type\tReason\tAge\tFrom\tMessage");
    page.line(1, "----\t------\t----\t----\t-------");
    events.forEach(event -> event(page, event));
  }

  private void event(Page page, JsonNode event) {
    String first =
        Moments.instant(event.path("eventTime")).isPresent()
            ? moments.since(event.path("eventTime"))
            : moments.since(event.path("firstTimestamp"));
    String age = first;
    JsonNode series = event.path("series");
    if (series.isObject()) {
      age =
          "%s (x%d over %s)"
              .formatted(
                  moments.since(series.path("lastObservedTime")),
                  series.path("count").asLong(),
                  first);
    } else if (event.path("count").asLong() > 1) {
      age =
          "%s (x%d over %s)"
              .formatted(
                  moments.since(event.path("lastTimestamp")), event.path("count").asLong(), first);
    }
    String source = event.path("source").path("component").asText("");
    page.line(
        1,
        String.join(
            "\t",
            event.path("type").asText(""),
            event.path("reason").asText(""),
            age,
            source.isEmpty() ? event.path("reportingComponent").asText("") : source,
            event.path("message").asText("").strip()));
  }

  /** How many pods of a workload are in which phase. */
  String podsStatus(JsonNode workload) {
    JsonNode metadata = workload.path("metadata");
    JsonNode selector = workload.path("spec").path("selector");
    String labels =
        selector.has("matchLabels") || selector.has("matchExpressions")
            ? Multiline.selector(selector)
            : Multiline.pairs(selector);
    String uid = metadata.path("uid").asText();
    int[] counts = new int[4];
    String path = "/api/v1/namespaces/" + metadata.path("namespace").asText() + "/pods";
    for (JsonNode pod : list(path, labels, "")) {
      if (!controlledBy(pod, uid)) {
        continue;
      }
      switch (pod.path("status").path("phase").asText()) {
        case "Running" -> counts[0]++;
        case "Pending" -> counts[1]++;
        case "Succeeded" -> counts[2]++;
        case "Failed" -> counts[3]++;
        default -> {
          // Unknown pods are counted nowhere.
        }
      }
    }
    return "%d Running / %d Waiting / %d Succeeded / %d Failed"
        .formatted(counts[0], counts[1], counts[2], counts[3]);
  }

  /** Whether an object's controller has this UID. */
  static boolean controlledBy(JsonNode object, String uid) {
    for (JsonNode owner : object.path("metadata").path("ownerReferences")) {
      if (owner.path("controller").asBoolean() && owner.path("uid").asText().equals(uid)) {
        return true;
      }
    }
    return false;
  }
}
