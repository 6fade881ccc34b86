package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.view.Resource;
import java.util.Optional;

/**
 * A write on its way to the store.
 *
 * @param user who writes
 * @param operation what is done
 * @param resource group and plural
 * @param kind the object's kind, such as {@code Pod}
 * @param subresource "" for the object itself
 * @param namespace "" for cluster scope
 * @param name "" while a generated name is not known yet
 * @param object the new object, empty for DELETE; a private tree that plugins may change
 * @param oldObject the stored object for UPDATE and DELETE of one object; shared, not to be changed
 * @param dryRun nothing will be stored
 */
public record AdmissionRequest(
    UserInfo user,
    Operation operation,
    Resource resource,
    String kind,
    String subresource,
    String namespace,
    String name,
    Optional<ObjectNode> object,
    Optional<ObjectNode> oldObject,
    boolean dryRun) {

  /** What a request does. */
  public enum Operation {
    /** A new object, or a create on a subresource such as pods/binding. */
    CREATE,
    /** An update or patch. */
    UPDATE,
    /** A deletion. */
    DELETE,
    /** A connect subresource: exec, attach, portforward, proxy. */
    CONNECT
  }

  /** True when this is about the resource itself and not one of its subresources. */
  public boolean isFor(Resource wanted) {
    return resource.equals(wanted) && subresource.isEmpty();
  }

  /** True when this is about the given subresource. */
  public boolean isFor(Resource wanted, String wantedSubresource) {
    return resource.equals(wanted) && subresource.equals(wantedSubresource);
  }
}
