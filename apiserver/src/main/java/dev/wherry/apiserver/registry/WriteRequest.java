package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionNotes;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import java.util.Optional;

/**
 * Who writes what.
 *
 * @param subresource "" for the object itself
 * @param namespace "" for cluster scope
 * @param name "" on create, where the object names itself
 * @param manager who is to own what is written, "" for an unknown one
 * @param door the subresource as it was asked for: the scale of an object is written as the object
 * @param notes takes what admission says beside its verdict
 */
public record WriteRequest(
    UserInfo user,
    ResourceInfo info,
    String subresource,
    String namespace,
    String name,
    boolean dryRun,
    String manager,
    String door,
    AdmissionNotes notes) {
  /** A write by a component of this process, which is known by its identity. */
  public WriteRequest(
      UserInfo user,
      ResourceInfo info,
      String subresource,
      String namespace,
      String name,
      boolean dryRun) {
    this(
        user,
        info,
        subresource,
        namespace,
        name,
        dryRun,
        Managers.of(user.name()),
        subresource,
        AdmissionNotes.UNHEARD);
  }

  public KindInfo kind() {
    return info.kind();
  }

  Resource storage() {
    return KindRegistry.storage(info.kind());
  }

  public WriteRequest named(String newName) {
    return new WriteRequest(
        user, info, subresource, namespace, newName, dryRun, manager, door, notes);
  }

  /** The same write on the object itself, through the same door. */
  public WriteRequest plain() {
    return new WriteRequest(user, info, "", namespace, name, dryRun, manager, door, notes);
  }

  /** The same write by a named manager. */
  public WriteRequest by(String newManager) {
    return new WriteRequest(
        user, info, subresource, namespace, name, dryRun, newManager, door, notes);
  }

  /** The same write, tried out only. */
  WriteRequest rehearsal() {
    return new WriteRequest(user, info, subresource, namespace, name, true, manager, door, notes);
  }

  /** The same write with somebody who listens. */
  public WriteRequest noting(AdmissionNotes newNotes) {
    return new WriteRequest(
        user, info, subresource, namespace, name, dryRun, manager, door, newNotes);
  }

  /** What admission sees, with the options of a create or update. */
  public AdmissionRequest admission(
      AdmissionRequest.Operation operation, Optional<ObjectNode> object, Optional<ObjectNode> old) {
    return admission(operation, object, old, options(operation));
  }

  /** What admission sees. */
  AdmissionRequest admission(
      AdmissionRequest.Operation operation,
      Optional<ObjectNode> object,
      Optional<ObjectNode> old,
      ObjectNode options) {
    KindInfo body =
        info.subresource(subresource).map(ResourceInfo.Subresource::body).orElse(kind());
    boolean ofNamespace = kind().group().isEmpty() && kind().plural().equals("namespaces");
    return new AdmissionRequest(
        user,
        operation,
        kind(),
        body,
        subresource,
        ofNamespace ? name : namespace,
        name,
        object,
        old,
        dryRun,
        options,
        notes);
  }

  private ObjectNode options(AdmissionRequest.Operation operation) {
    boolean creates = operation == AdmissionRequest.Operation.CREATE;
    ObjectNode options = Json.object();
    options.put("kind", creates ? "CreateOptions" : "UpdateOptions");
    options.put("apiVersion", "meta.k8s.io/v1");
    if (dryRun) {
      options.putArray("dryRun").add("All");
    }
    if (!manager.isEmpty()) {
      options.put("fieldManager", manager);
    }
    return options;
  }
}
