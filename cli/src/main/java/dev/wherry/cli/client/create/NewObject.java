package dev.wherry.cli.client.create;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.apply.LastApplied;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.select.Manifest;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.verb.ChangeOptions;
import dev.wherry.cli.client.verb.DryRun;
import dev.wherry.cli.client.verb.Session;

/** Creates the objects that verbs make beside create: services, autoscalers, pods. */
public record NewObject(Session session, ChangeOptions change, String manager, boolean saved) {
  /** The object as the server has it, or as it would be sent in a dry run of the client. */
  public JsonNode create(ObjectNode object) {
    ObjectNode placed = object.deepCopy();
    Target target = session.manifestTargets().of(new Manifest(placed, ""));
    if (change.dryRun() == DryRun.CLIENT) {
      return session.namespaceForced() ? placed : object;
    }
    ObjectNode wanted = saved ? LastApplied.annotated(placed) : placed;
    String path = change.path(target.type().path(target.namespace(), ""), manager);
    return session.api().exchange("POST", path, Api.JSON, wanted);
  }
}
