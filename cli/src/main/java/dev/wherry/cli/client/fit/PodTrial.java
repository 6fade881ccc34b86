package dev.wherry.cli.client.fit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.discovery.ResourceType;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;

/**
 * Lets the server make an object without keeping it, so that it has its defaults and what admission
 * adds, or the reason why it is refused.
 */
public final class PodTrial {
  private static final String DRY_RUN = "?dryRun=All";

  private final Api api;
  private final ResourceType pods;
  private final ResourceType claims;

  public PodTrial(Session session) {
    this.api = session.api();
    this.pods = session.discovery().resolve("pods");
    this.claims = session.discovery().resolve("persistentvolumeclaims");
  }

  /** What came of a trial. */
  public sealed interface Tried {
    record Made(ObjectNode object) implements Tried {}

    record Refused(String why) implements Tried {}
  }

  /**
   * A pod as the server would store it, under a name that is free.
   *
   * @param pod with name and namespace; it is not changed
   */
  public Tried pod(ObjectNode pod) {
    ObjectNode trial = pod.deepCopy();
    trial.put("apiVersion", "v1").put("kind", "Pod");
    ObjectNode metadata = trial.withObject("/metadata");
    String name = metadata.path("name").asText("pod");
    metadata.remove("name");
    metadata.put("generateName", name + "-");
    // An account that is part of the stack is not there yet, and means nothing to a scheduler.
    trial.withObject("/spec").remove("serviceAccountName");
    trial.withObject("/spec").remove("serviceAccount");
    trial.withObject("/spec").put("automountServiceAccountToken", false);
    return named(tried(pods, trial), name);
  }

  private static Tried named(Tried tried, String name) {
    if (tried instanceof Tried.Made(ObjectNode made)) {
      made.withObject("/metadata").put("name", name);
    }
    return tried;
  }

  /** A claim as the server would store it: with its class. */
  public Tried claim(ObjectNode claim) {
    ObjectNode trial = claim.deepCopy();
    trial.put("apiVersion", "v1").put("kind", "PersistentVolumeClaim");
    ObjectNode metadata = trial.withObject("/metadata");
    String name = metadata.path("name").asText("claim");
    metadata.remove("name");
    metadata.put("generateName", name + "-");
    return named(tried(claims, trial), name);
  }

  /** In a namespace that is part of the stack nothing can be tried: the default one stands in. */
  private Tried tried(ResourceType type, ObjectNode object) {
    String namespace = object.path("metadata").path("namespace").asText("default");
    try {
      return new Tried.Made(post(type, namespace, object));
    } catch (ApiException e) {
      boolean noNamespace =
          e.reason() == Reason.NOT_FOUND && e.details().kind().equals("namespaces");
      return noNamespace && !namespace.equals("default")
          ? elsewhere(type, namespace, object)
          : new Tried.Refused(e.text());
    }
  }

  private Tried elsewhere(ResourceType type, String namespace, ObjectNode object) {
    try {
      ObjectNode made = post(type, "default", object);
      made.withObject("/metadata").put("namespace", namespace);
      return new Tried.Made(made);
    } catch (ApiException e) {
      return new Tried.Refused(e.text());
    }
  }

  private ObjectNode post(ResourceType type, String namespace, ObjectNode object) {
    ObjectNode body = object.deepCopy();
    body.withObject("/metadata").put("namespace", namespace);
    JsonNode made =
        api.exchange("POST", type.path(namespace, "") + DRY_RUN, "application/json", body);
    return made instanceof ObjectNode stored ? stored : Json.object();
  }

  /** Where questions about pods that are not stored go. */
  public String path(String namespace, String name) {
    return pods.path(namespace, name) + "/why";
  }
}
