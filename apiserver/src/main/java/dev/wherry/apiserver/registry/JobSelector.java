package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The selector that the server gives a new Job, and the labels by which its pods match it: names
 * chosen by users could match another Job's pods (batch/job strategy generateSelector).
 */
final class JobSelector {
  private static final String UID = "batch.kubernetes.io/controller-uid";

  private JobSelector() {}

  /** Only where the user did not ask for a selector of his own. */
  static void provide(ObjectNode job) {
    ObjectNode spec = job.withObject("/spec");
    if (spec.path("manualSelector").asBoolean()) {
      return;
    }
    String uid = job.at("/metadata/uid").asText();
    String name = job.at("/metadata/name").asText();
    ObjectNode labels = spec.withObject("/template/metadata/labels");
    labels
        .put(UID, uid)
        .put("controller-uid", uid)
        .put("batch.kubernetes.io/job-name", name)
        .put("job-name", name);
    spec.withObject("/selector/matchLabels").put(UID, uid);
  }
}
