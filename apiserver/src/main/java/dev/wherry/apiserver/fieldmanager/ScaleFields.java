package dev.wherry.apiserver.fieldmanager;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.merge.FieldSet;
import dev.wherry.model.merge.PathElement;
import java.util.List;
import java.util.Map;

/**
 * The owners of an object's replicas as the owners of its scale's, and back (apimachinery
 * managedfields ScaleHandler).
 */
public final class ScaleFields {
  private static final String SCALE = "autoscaling/v1";
  private static final FieldSet REPLICAS = FieldSet.ofNames(List.of(List.of("spec", "replicas")));

  private final List<PathElement> path;
  private final FieldSet inParent;

  /**
   * @param path of the replicas in the object, such as spec, replicas
   */
  public ScaleFields(List<String> path) {
    this.path = path.stream().map(name -> (PathElement) new PathElement.Name(name)).toList();
    this.inParent = FieldSet.ofNames(List.of(path));
  }

  private static ManagerId inScale(ManagerId id) {
    return id.applied() ? id : ManagerId.updating(id.manager(), SCALE, id.subresource());
  }

  /** Writes into a scale who owns its replicas. */
  public void toScale(ObjectNode parent, ObjectNode scale) {
    ManagedFields owners = new ManagedFields();
    for (Map.Entry<ManagerId, Ownership> owner : ManagedFields.of(parent).owners().entrySet()) {
      if (owner.getValue().fields().has(path)) {
        owners.put(inScale(owner.getKey()), Ownership.of(REPLICAS, SCALE, owner.getValue().time()));
      }
    }
    owners.writeTo(scale);
  }

  /**
   * Writes into an object who owns its fields after its scale was written.
   *
   * @param live the object before
   */
  public void toParent(KindInfo kind, ObjectNode live, ObjectNode scale, ObjectNode wanted) {
    ManagedFields owners = ManagedFields.of(live);
    Map<ManagerId, Ownership> scaling = ManagedFields.of(scale).owners();
    for (Map.Entry<ManagerId, Ownership> owner : List.copyOf(owners.owners().entrySet())) {
      Ownership fields = owner.getValue();
      if (fields.fields().has(path) && scaling.remove(inScale(owner.getKey())) == null) {
        owners.put(owner.getKey(), fields.with(fields.fields().difference(inParent)));
      }
    }
    scaling.forEach((id, ownership) -> {
      ManagerId own =
          id.applied() ? id : ManagerId.updating(id.manager(), kind.apiVersion(), id.subresource());
      owners.put(own, Ownership.of(inParent, kind.apiVersion(), ownership.time()));
    });
    owners.writeTo(wanted);
  }
}
