package dev.wherry.cli.client.attach;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.verb.ObjectWatch;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.model.pod.PodPhases;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/** Waits for what becomes of a pod that a verb has started. */
public final class PodStart {
  private PodStart() {}

  /** Whether a pod has come to its end. */
  static boolean over(JsonNode pod) {
    String phase = pod.path("status").path("phase").asText("");
    return PodPhases.isFinished(phase);
  }

  /** Whether a pod runs and is ready, or is over already. */
  static boolean readyOrOver(JsonNode pod) {
    if (over(pod)) {
      return true;
    }
    boolean running = pod.path("status").path("phase").asText("").equals("Running");
    for (JsonNode condition : pod.path("status").path("conditions")) {
      boolean ready = condition.path("type").asText().equals("Ready");
      if (running && ready && condition.path("status").asText().equals("True")) {
        return true;
      }
    }
    return false;
  }

  /**
   * The pod as it is when a condition holds.
   *
   * @throws ClientException when the time is over or the pod is gone
   */
  public static JsonNode await(
      Session session, Target pod, Duration patience, Predicate<JsonNode> condition) {
    AtomicReference<JsonNode> last = new AtomicReference<>();
    boolean held =
        new ObjectWatch(session, pod)
            .until(
                patience,
                (type, object) -> {
                  if (type.equals("DELETED") || type.equals(ObjectWatch.MISSING)) {
                    throw new ApiException(
                        Reason.NOT_FOUND, "pods \"" + pod.name() + "\" not found");
                  }
                  last.set(object);
                  return condition.test(object);
                });
    JsonNode seen = last.get();
    if (!held || seen == null) {
      throw ClientException.error("timed out waiting for the condition");
    }
    return seen;
  }
}
