package dev.wherry.controllers.namespace;

import dev.wherry.controllers.Controller;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PlanController;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.Provision;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.Namespace;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.util.List;
import java.util.Optional;

/** Makes the namespaces that every cluster has (controlplane/controller/systemnamespaces). */
public final class SystemNamespaces implements Controller {
  static final List<String> NAMES =
      List.of("default", "kube-system", "kube-public", "kube-node-lease");

  private final PlanController<String> loop;

  public SystemNamespaces(Parts parts) {
    Informer<Namespace> namespaces = parts.informers().of(Namespace.KIND);
    loop =
        new PlanController<>(
            "system-namespaces", 1, parts, (name, _) -> decide(name, namespaces.get("", name)));
    namespaces.onChange(change -> {
      String name = change.latest().metadata().name();
      if (change instanceof Change.Removed<Namespace> && NAMES.contains(name)) {
        loop.add(name);
      }
    });
  }

  /** Makes those that are missing. */
  public static void provide(ApiClient client) {
    for (String name : NAMES) {
      Provision.once(client, Namespace.KIND, named(name));
    }
  }

  private static Namespace named(String name) {
    return Namespace.builder().metadata(ObjectMeta.builder().name(name).build()).build();
  }

  static Plan decide(String name, Optional<Namespace> present) {
    return present.isPresent()
        ? Plan.NOTHING
        : Plan.of(new Action.Create<>(Namespace.KIND, named(name)));
  }

  @Override
  public void start() {
    NAMES.forEach(loop::add);
    loop.start();
  }

  @Override
  public void close() {
    loop.close();
  }
}
