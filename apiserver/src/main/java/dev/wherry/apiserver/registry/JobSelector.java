package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;

/**
 * The selector that the server gives a new Job, and the labels by which its pods match it: names
 * chosen by users could match another Job's pods (batch/job strategy generateSelector).
 */
final class JobSelector {
  private static final String UID = "batch.kubernetes.io/controller-uid";

  private JobSelector() {}

  /**
   * Only where the user did not ask for a selector of his own; labels of his that contradict are
   * refused later.
   */
  static void provide(ObjectNode job) {
    ObjectNode spec = job.withObject("/spec");
    if (spec.path("manualSelector").asBoolean()) {
      return;
    }
    String uid = job.at("/metadata/uid").asText();
    String name = job.at("/metadata/name").asText();
    ObjectNode labels = spec.withObject("/template/metadata/labels");
    labels.putIfAbsent(UID, TextNode.valueOf(uid));
    labels.putIfAbsent("controller-uid", TextNode.valueOf(uid));
    labels.putIfAbsent("batch.kubernetes.io/job-name", TextNode.valueOf(name));
    labels.putIfAbsent("job-name", TextNode.valueOf(name));
    spec.withObject("/selector/matchLabels").putIfAbsent(UID, TextNode.valueOf(uid));
  }
}
