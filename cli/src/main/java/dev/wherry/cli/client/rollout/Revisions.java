package dev.wherry.cli.client.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.describe.Selectors;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.select.Lists;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.verb.ObjectChange;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.model.json.Json;
import dev.wherry.model.patch.MergeRules;
import dev.wherry.model.patch.StrategicMergePatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** The revisions of a workload, by number: ReplicaSets, or ControllerRevisions. */
final class Revisions {
  static final String CHANGE_CAUSE = "kubernetes.io/change-cause";
  static final String NUMBER = "deployment.kubernetes.io/revision";

  private final Session session;
  private final TreeMap<Long, Revision> byNumber = new TreeMap<>();

  private Revisions(Session session) {
    this.session = session;
  }

  /**
   * Reads them.
   *
   * @param unknown the message for a kind that has none
   */
  static Revisions of(Session session, Found workload, String unknown) {
    Revisions revisions = new Revisions(session);
    switch (RolloutVerb.kind(workload)) {
      case "Deployment.apps" -> revisions.replicaSets(workload);
      case "DaemonSet.apps", "StatefulSet.apps" -> revisions.controllerRevisions(workload);
      default ->
          throw ClientException.error(unknown.formatted("\"" + RolloutVerb.kind(workload) + "\""));
    }
    return revisions;
  }

  /** In the order of their numbers. */
  List<Revision> all() {
    return List.copyOf(byNumber.values());
  }

  Optional<Revision> find(long number) {
    return Optional.ofNullable(byNumber.get(number));
  }

  /** The one before the newest. */
  Optional<Revision> previous() {
    List<Revision> all = all();
    return all.size() < 2 ? Optional.empty() : Optional.of(all.get(all.size() - 2));
  }

  private void replicaSets(Found workload) {
    for (JsonNode set : owned("replicasets.apps", workload)) {
      JsonNode annotations = set.path("metadata").path("annotations");
      if (set instanceof ObjectNode object && annotations.path(NUMBER).asLong() > 0) {
        add(
            new Revision(
                annotations.path(NUMBER).asLong(),
                object,
                set.path("spec").path("template"),
                annotations.path(CHANGE_CAUSE).asText(""),
                Lists.MISSING));
      }
    }
  }

  private void controllerRevisions(Found workload) {
    MergeRules rules = ObjectChange.rules(workload.target().type()).orElse(MergeRules.NONE);
    for (JsonNode revision : owned("controllerrevisions.apps", workload)) {
      JsonNode data = revision.path("data");
      ObjectNode then = StrategicMergePatch.apply(workload.object().deepCopy(), data, rules);
      add(
          new Revision(
              revision.path("revision").asLong(),
              then,
              then.path("spec").path("template"),
              revision.path("metadata").path("annotations").path(CHANGE_CAUSE).asText(""),
              data));
    }
  }

  private void add(Revision revision) {
    byNumber.put(revision.number(), revision);
  }

  private List<JsonNode> owned(String type, Found workload) {
    String uid = workload.object().path("metadata").path("uid").asText();
    String selector = Selectors.text(workload.object().path("spec").path("selector"));
    Target all =
        new Target(session.discovery().resolve(type), workload.target().namespace(), "", "");
    List<JsonNode> owned = new ArrayList<>();
    Lists.read(
        session.api(),
        all,
        Lists.Filter.ofLabels(selector),
        Api.JSON,
        page ->
            page.path("items")
                .forEach(item -> {
                  if (controlled(item, uid)) {
                    ObjectNode typed = item instanceof ObjectNode o ? o : Json.object();
                    typed.put("apiVersion", all.type().apiVersion()).put("kind", all.type().kind());
                    owned.add(typed);
                  }
                }));
    return owned;
  }

  private static boolean controlled(JsonNode object, String uid) {
    for (JsonNode owner : object.path("metadata").path("ownerReferences")) {
      if (owner.path("controller").asBoolean() && owner.path("uid").asText().equals(uid)) {
        return true;
      }
    }
    return false;
  }
}
