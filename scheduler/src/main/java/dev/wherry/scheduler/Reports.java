package dev.wherry.scheduler;

import dev.wherry.scheduler.view.PodKey;
import dev.wherry.scheduler.view.PodView;
import java.util.HashMap;
import java.util.Map;

/** What was said of pods that wait: once for as long as the sentence stays the same. */
final class Reports {
  private final Map<PodKey, String> said = new HashMap<>();
  private final Bindings bindings;
  private final ClusterWriter writer;

  Reports(Bindings bindings, ClusterWriter writer) {
    this.bindings = bindings;
    this.writer = writer;
  }

  /** Writes why the pod waits, if it is news. */
  void pending(PodView pod, String reason, String message) {
    if (isNews(pod, message)) {
      bindings.report(() -> writer.reportPending(pod, reason, message));
    }
  }

  /** Returns whether this is not what was said last of the pod; it is now. */
  boolean isNews(PodView pod, String message) {
    return !message.equals(said.put(pod.key(), message));
  }

  /** Writes that no room is being made for the pod any more. */
  void unnominated(PodView pod) {
    bindings.report(() -> writer.nominate(pod, ""));
  }

  /** The pod waits no longer. */
  void forget(PodKey key) {
    said.remove(key);
  }
}
