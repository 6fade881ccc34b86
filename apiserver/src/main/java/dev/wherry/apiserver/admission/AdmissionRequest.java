package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import java.util.Optional;

/**
 * A write on its way to the store.
 *
 * @param user who writes
 * @param operation what is done
 * @param info the resource in the version that the path names
 * @param body the kind of the object, such as {@code Scale} for a deployment's scale
 * @param subresource "" for the object itself
 * @param namespace "" for cluster scope; of a namespace its own name
 * @param name "" while a generated name is not known yet
 * @param object the new object, empty for DELETE; a private tree that plugins may change
 * @param oldObject the stored object for UPDATE and DELETE of one object; shared, not to be changed
 * @param dryRun nothing will be stored
 * @param options CreateOptions, UpdateOptions or DeleteOptions; an empty object for CONNECT
 * @param notes takes warnings and audit annotations
 */
public record AdmissionRequest(
    UserInfo user,
    Operation operation,
    KindInfo info,
    KindInfo body,
    String subresource,
    String namespace,
    String name,
    Optional<ObjectNode> object,
    Optional<ObjectNode> oldObject,
    boolean dryRun,
    ObjectNode options,
    AdmissionNotes notes) {

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

  /** A request of version v1 without options, which nobody listens to. */
  public AdmissionRequest(
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
    this(
        user,
        operation,
        new KindInfo(resource.group(), "v1", kind, resource.name(), !namespace.isEmpty()),
        new KindInfo(resource.group(), "v1", kind, resource.name(), !namespace.isEmpty()),
        subresource,
        namespace,
        name,
        object,
        oldObject,
        dryRun,
        Json.object(),
        AdmissionNotes.UNHEARD);
  }

  /** Group and plural. */
  public Resource resource() {
    return new Resource(info.group(), info.plural());
  }

  /** The object's kind, such as {@code Pod}. */
  public String kind() {
    return body.kind();
  }

  /** The same request with its objects in another form. */
  public AdmissionRequest with(Optional<ObjectNode> newObject, Optional<ObjectNode> newOldObject) {
    return new AdmissionRequest(
        user,
        operation,
        info,
        body,
        subresource,
        namespace,
        name,
        newObject,
        newOldObject,
        dryRun,
        options,
        notes);
  }

  /** True when this is about the resource itself and not one of its subresources. */
  public boolean isFor(Resource wanted) {
    return subresource.isEmpty() && isOf(wanted);
  }

  /** True when this is about the given subresource. */
  public boolean isFor(Resource wanted, String wantedSubresource) {
    return subresource.equals(wantedSubresource) && isOf(wanted);
  }

  private boolean isOf(Resource wanted) {
    return info.plural().equals(wanted.name()) && info.group().equals(wanted.group());
  }
}
