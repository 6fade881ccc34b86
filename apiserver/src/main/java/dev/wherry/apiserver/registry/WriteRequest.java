package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import java.util.Optional;

/**
 * Who writes what.
 *
 * @param subresource "" for the object itself
 * @param namespace "" for cluster scope
 * @param name "" on create, where the object names itself
 */
public record WriteRequest(
    UserInfo user,
    ResourceInfo info,
    String subresource,
    String namespace,
    String name,
    boolean dryRun) {
  public KindInfo kind() {
    return info.kind();
  }

  Resource storage() {
    return KindRegistry.storage(info.kind());
  }

  public WriteRequest named(String newName) {
    return new WriteRequest(user, info, subresource, namespace, newName, dryRun);
  }

  public AdmissionRequest admission(
      AdmissionRequest.Operation operation, Optional<ObjectNode> object, Optional<ObjectNode> old) {
    KindInfo body =
        info.subresource(subresource).map(ResourceInfo.Subresource::body).orElse(kind());
    return new AdmissionRequest(
        user,
        operation,
        new Resource(kind().group(), kind().plural()),
        body.kind(),
        subresource,
        namespace,
        name,
        object,
        old,
        dryRun);
  }
}
