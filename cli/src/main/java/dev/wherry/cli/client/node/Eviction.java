package dev.wherry.cli.client.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.verb.ChangeOptions;
import dev.wherry.cli.client.verb.DryRun;
import dev.wherry.cli.client.verb.GoDuration;
import dev.wherry.cli.client.verb.ObjectWatch;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Wait;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Takes pods off a node, all at once, and waits for each; a budget that forbids it is waited for.
 */
final class Eviction {
  /** As kubectl: how long a refusal by a disruption budget is waited out. */
  private static final Duration RETRY_PAUSE = Duration.ofSeconds(5);

  private final Session session;
  private final DrainOptions options;
  private final ChangeOptions change;

  Eviction(Session session, DrainOptions options, ChangeOptions change) {
    this.session = session;
    this.options = options;
    this.change = change;
  }

  /**
   * Evicts, or deletes where the user wants that.
   *
   * @return what went wrong, in the order of the pods
   */
  List<String> all(List<JsonNode> pods) {
    List<String> failures = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> running = new ArrayList<>();
      pods.forEach(pod -> running.add(threads.submit(() -> one(pod))));
      for (Future<String> each : running) {
        String failure = each.get();
        if (!failure.isEmpty()) {
          failures.add(failure);
        }
      }
    } catch (ExecutionException e) {
      failures.add(String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ClientException.error("interrupted");
    }
    return failures;
  }

  /** One pod's way off the node; what went wrong, "" for nothing. */
  private String one(JsonNode pod) {
    JsonNode metadata = pod.path("metadata");
    String name = metadata.path("name").asText();
    String namespace = metadata.path("namespace").asText();
    Target target = new Target(session.discovery().resolve("pods"), namespace, name, "");
    Wait wait = new Wait(options.patience());
    try {
      boolean asked = options.deleting() ? deleted(target) : evicted(target, wait);
      if (!asked || change.dryRun() == DryRun.SERVER) {
        return "";
      }
      return gone(target, pod, wait)
          ? ""
          : "error when waiting for pod \"%s\" in namespace \"%s\" to terminate: %s"
              .formatted(name, namespace, reached());
    } catch (ApiException e) {
      return "error when evicting pods/\"%s\" -n \"%s\": %s".formatted(name, namespace, e.text());
    } catch (ClientException e) {
      return e.text();
    }
  }

  private String reached() {
    return "global timeout reached: " + GoDuration.text(options.patience());
  }

  private ObjectNode deleteOptions() {
    ObjectNode wanted = Json.object();
    wanted.put("kind", "DeleteOptions").put("apiVersion", "v1");
    if (options.grace() >= 0) {
      wanted.put("gracePeriodSeconds", options.grace());
    }
    if (change.dryRun() == DryRun.SERVER) {
      wanted.putArray("dryRun").add("All");
    }
    return wanted;
  }

  private boolean deleted(Target target) {
    try {
      session.api().exchange("DELETE", target.path(), Api.JSON, deleteOptions());
      return true;
    } catch (ApiException e) {
      if (e.reason() == Reason.NOT_FOUND) {
        return true;
      }
      throw e;
    }
  }

  /** Asks until the server agrees; false when the pod is gone already. */
  private boolean evicted(Target target, Wait wait) {
    ObjectNode eviction = Json.object();
    eviction.put("apiVersion", "policy/v1").put("kind", "Eviction");
    eviction.putObject("metadata").put("name", target.name()).put("namespace", target.namespace());
    eviction.set("deleteOptions", deleteOptions());
    while (true) {
      say(
          "evicting pod %s/%s%s"
              .formatted(target.namespace(), target.name(), change.dryRun().suffix()));
      if (wait.left().isZero()) {
        throw ClientException.verbatim(
            "error when evicting pods/\"%s\" -n \"%s\": %s"
                .formatted(target.name(), target.namespace(), reached()));
      }
      try {
        session.api().exchange("POST", target.path() + "/eviction", Api.JSON, eviction);
        return true;
      } catch (ApiException e) {
        if (e.reason() == Reason.NOT_FOUND) {
          return false;
        }
        if (e.reason() != Reason.TOO_MANY_REQUESTS) {
          throw e;
        }
        session
            .streams()
            .err()
            .println(
                "error when evicting pods/\"%s\" -n \"%s\" (will retry after 5s): %s"
                    .formatted(target.name(), target.namespace(), e.text()));
        new Wait(wait.left(), RETRY_PAUSE).again();
      }
    }
  }

  private boolean gone(Target target, JsonNode pod, Wait wait) {
    String uid = pod.path("metadata").path("uid").asText("");
    boolean gone =
        new ObjectWatch(session, target)
            .until(
                wait.left(),
                (type, now) ->
                    type.equals("DELETED")
                        || type.equals(ObjectWatch.MISSING)
                        || !now.path("metadata").path("uid").asText("").equals(uid)
                        || overdue(now, session.clock().instant(), options.overdueSeconds()));
    if (gone) {
      synchronized (this) {
        change.print(session.streams().out(), pod, options.deleting() ? "deleted" : "evicted");
        session.streams().out().flush();
      }
    }
    return gone;
  }

  /** Whether a pod has been ending for longer than anybody waits; 0 s means as long as it takes. */
  static boolean overdue(JsonNode pod, Instant now, int seconds) {
    JsonNode ending = pod.path("metadata").path("deletionTimestamp");
    return seconds > 0
        && ending.isTextual()
        && Duration.between(Instant.parse(ending.asText()), now).toSeconds() > seconds;
  }

  private synchronized void say(String line) {
    session.streams().out().println(line);
    session.streams().out().flush();
  }
}
