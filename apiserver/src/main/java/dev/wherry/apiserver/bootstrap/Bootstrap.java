package dev.wherry.apiserver.bootstrap;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.fairness.FlowControl;
import dev.wherry.apiserver.fairness.FlowDefaults;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.lang.System.Logger.Level;
import java.util.List;

/** Brings the default objects about at start; runs again harmlessly, also beside another server. */
public final class Bootstrap {
  private static final System.Logger LOG = System.getLogger(Bootstrap.class.getName());
  private static final int ATTEMPTS_MAX = 5;

  private final ObjectWriter writer;

  /** Writes through {@code writer}. */
  public Bootstrap(ObjectWriter writer) {
    this.writer = writer;
  }

  /** Creates and mends everything; returns how many objects were written. */
  public int run() {
    int written = 0;
    written += createMissing(Resource.NAMESPACES, SystemObjects.namespaces());
    written += createMissing(Resource.PRIORITY_CLASSES, SystemObjects.priorityClasses());
    written += mend(FlowControl.LEVELS, FlowDefaults.levels());
    written += mend(FlowControl.SCHEMAS, FlowDefaults.schemas());
    written += createMissing(LocalApiService.RESOURCE, SystemObjects.apiServices());
    for (ObjectNode object : DefaultPolicy.objects()) {
      written += reconcile(object) ? 1 : 0;
    }
    LOG.log(Level.INFO, "bootstrap objectsWritten=" + written);
    return written;
  }

  private int createMissing(Resource resource, List<ObjectNode> objects) {
    int written = 0;
    for (ObjectNode object : objects) {
      if (writer.get(resource, Trees.namespace(object), Trees.name(object)).isEmpty()) {
        written += attempt(() -> writer.create(resource, object)) ? 1 : 0;
      }
    }
    return written;
  }

  private int mend(Resource resource, List<ObjectNode> objects) {
    int written = createMissing(resource, objects);
    for (ObjectNode wanted : objects) {
      var next =
          writer
              .get(resource, "", Trees.name(wanted))
              .flatMap(found -> FlowDefaults.mended(wanted, found));
      if (next.isPresent()) {
        written += attempt(() -> writer.update(resource, next.get())) ? 1 : 0;
      }
    }
    return written;
  }

  private boolean reconcile(ObjectNode wanted) {
    Resource resource = resourceOf(Trees.text(wanted, "kind"));
    String namespace = Trees.namespace(wanted);
    String name = Trees.name(wanted);
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      var found = writer.get(resource, namespace, name);
      var step = PolicyReconciliation.plan(wanted, found);
      if (step instanceof PolicyReconciliation.Step.Keep) {
        return false;
      }
      if (attempt(() -> apply(resource, namespace, name, step))) {
        return true;
      }
    }
    throw ApiException.internal(resource + " " + name + " keeps changing while it is reconciled");
  }

  private void apply(
      Resource resource, String namespace, String name, PolicyReconciliation.Step step) {
    switch (step) {
      case PolicyReconciliation.Step.Keep _ -> {}
      case PolicyReconciliation.Step.Create create -> writer.create(resource, create.object());
      case PolicyReconciliation.Step.Update update -> writer.update(resource, update.object());
      case PolicyReconciliation.Step.Recreate recreate -> {
        writer.delete(resource, namespace, name);
        writer.create(resource, recreate.object());
      }
    }
  }

  /** False when another writer was faster: the caller looks again. */
  private static boolean attempt(Runnable write) {
    try {
      write.run();
      return true;
    } catch (ApiException e) {
      if (e.reason() == Reason.ALREADY_EXISTS || e.reason() == Reason.CONFLICT) {
        return false;
      }
      throw e;
    }
  }

  private static Resource resourceOf(String kind) {
    return switch (kind) {
      case "ClusterRole" -> Resource.CLUSTER_ROLES;
      case "ClusterRoleBinding" -> Resource.CLUSTER_ROLE_BINDINGS;
      case "Role" -> Resource.ROLES;
      case "RoleBinding" -> Resource.ROLE_BINDINGS;
      default -> throw new IllegalArgumentException(kind + " is not an RBAC kind");
    };
  }
}
