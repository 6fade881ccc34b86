package dev.wherry.cli.client.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.verb.ObjectChange;
import dev.wherry.cli.client.verb.WriteOptions;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.io.PrintStream;

/**
 * Applies by the server (KEP-555). What was applied by clients until now changes hands: its fields
 * become the server-side applier's, so that those left out of the manifest go (kubectl's
 * csaupgrade).
 *
 * @param write dry run, validation, owner
 * @param force whether fields are taken from their owners
 * @param warnings where kubectl warns
 */
public record ServerSideApply(Api api, WriteOptions write, boolean force, PrintStream warnings) {
  private static final String MANAGER = "kubectl";
  private static final String ANNOTATION_MANAGER = "kubectl-last-applied";
  private static final String MEDIA = "application/apply-patch+yaml";

  private static final String ADVICE =
      """

      Please review the fields above--they currently have other managers. Here
      are the ways you can resolve this warning:
      * If you intend to manage all of these fields, please re-run the apply
        command with the `--force-conflicts` flag.
      * If you do not intend to manage all of the fields, please edit your
        manifest to remove references to the fields that should keep their
        current managers.
      * You may co-own fields by updating your manifest to match the existing
        value; in this case, you'll become the manager if the other manager(s)
        stop managing the field (remove it from their configuration).
      See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts\
      """;

  /**
   * Applies; the object as the server has it then.
   *
   * @throws ApiException when the server refuses
   * @throws ClientException when others own some of the fields
   */
  public JsonNode apply(Target target, ObjectNode manifest) {
    JsonNode applied;
    try {
      applied = send(target, manifest, manager());
    } catch (ApiException e) {
      if (e.reason() == Reason.CONFLICT) {
        throw ClientException.error(e.text() + ADVICE);
      }
      throw e;
    }
    return migrated(target, manifest, applied);
  }

  private String manager() {
    return write.change().manager(MANAGER);
  }

  private JsonNode send(Target target, JsonNode object, String manager) {
    String path = write.path(target.path(), manager) + "&force=" + force;
    return api.exchange("PATCH", path, MEDIA, object);
  }

  private JsonNode migrated(Target target, ObjectNode manifest, JsonNode applied) {
    JsonNode now = applied;
    try {
      now = annotationKept(target, applied);
    } catch (ApiException e) {
      warnings.print("Warning: failed to migrate kubectl.kubernetes.io/last-applied-configuration");
      warnings.println(
          " for Server-Side Apply. This is non-fatal and will be retried next time"
              + " you apply. Error: "
              + e.text());
      return now;
    }
    ArrayNode owners = Json.array();
    if (!ManagedFields.upgraded(now.path("metadata").path("managedFields"), manager(), owners)) {
      return now;
    }
    ArrayNode patch = Json.array();
    patch
        .addObject()
        .put("op", "replace")
        .put("path", "/metadata/managedFields")
        .set("value", owners);
    patch
        .addObject()
        .put("op", "replace")
        .put("path", "/metadata/resourceVersion")
        .set("value", now.path("metadata").path("resourceVersion"));
    try {
      var _ =
          api.exchange(
              "PATCH",
              write.change().path(target.path(), manager()),
              ObjectChange.JSON_PATCH,
              patch);
      return send(target, manifest, manager());
    } catch (ApiException e) {
      warnings.println(
          "Warning: server rejected managed fields migration to Server-Side Apply. This is non-fatal"
              + " and will be retried next time you apply. Error: "
              + e.text());
      return now;
    }
  }

  /** The annotation of client-side appliers gets an owner of its own, so that it does not go. */
  private JsonNode annotationKept(Target target, JsonNode applied) {
    JsonNode metadata = applied.path("metadata");
    JsonNode annotation = metadata.path("annotations").path(LastApplied.KEY);
    if (!manager().equals(MANAGER)
        || annotation.isMissingNode()
        || ManagedFields.isOwned(metadata.path("managedFields"), LastApplied.KEY)) {
      return applied;
    }
    ObjectNode only = Json.object();
    only.set("apiVersion", applied.path("apiVersion"));
    only.set("kind", applied.path("kind"));
    ObjectNode meta = only.putObject("metadata");
    meta.set("name", metadata.path("name"));
    if (!target.namespace().isEmpty()) {
      meta.set("namespace", metadata.path("namespace"));
    }
    meta.putObject("annotations").set(LastApplied.KEY, annotation);
    // The owner was not named on the command line, or this place would not be reached.
    String path = write.change().path(target.path(), ANNOTATION_MANAGER);
    return api.exchange("PATCH", path, MEDIA, only);
  }
}
