package dev.wherry.controllers.serviceaccount;

import dev.wherry.controllers.Controller;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PlanController;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.ConfigMap;
import dev.wherry.model.core.v1.Namespace;
import dev.wherry.model.core.v1.ServiceAccount;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps in every namespace the service account {@code default} and the ConfigMap {@code
 * kube-root-ca.crt} (kube-controller-manager serviceaccount and rootcacertpublisher).
 */
public final class NamespaceFurniture implements Controller {
  static final String ACCOUNT = "default";
  static final String CA_MAP = "kube-root-ca.crt";
  static final String CA_KEY = "ca.crt";
  static final String DESCRIPTION = "kubernetes.io/description";
  private static final String PURPOSE =
      "Contains a CA bundle that can be used to verify the kube-apiserver when using internal"
          + " endpoints such as the internal service IP or kubernetes.default.svc. No other usage"
          + " is guaranteed across distributions of Kubernetes clusters.";
  private static final int WORKERS = 2;

  private final PlanController<String> accountLoop;
  private final PlanController<String> caLoop;

  /**
   * @param parts as service-account-controller
   * @param caParts as root-ca-cert-publisher
   */
  public NamespaceFurniture(Parts parts, Parts caParts, String caPem) {
    Informer<Namespace> namespaces = parts.informers().of(Namespace.KIND);
    Informer<ServiceAccount> accounts = parts.informers().of(ServiceAccount.KIND);
    Informer<ConfigMap> maps = parts.informers().of(ConfigMap.KIND);
    accountLoop =
        new PlanController<>(
            "service-accounts",
            WORKERS,
            parts,
            (name, _) -> account(namespaces.get("", name), accounts.get(name, ACCOUNT)));
    caLoop =
        new PlanController<>(
            "root-ca",
            WORKERS,
            caParts,
            (name, _) -> ca(namespaces.get("", name), maps.get(name, CA_MAP), caPem));
    namespaces.onChange(change -> {
      accountLoop.add(change.latest().metadata().name());
      caLoop.add(change.latest().metadata().name());
    });
    accounts.onChange(change -> {
      ObjectMeta meta = change.latest().metadata();
      if (change instanceof Change.Removed<ServiceAccount> && meta.name().equals(ACCOUNT)) {
        accountLoop.add(meta.namespace());
      }
    });
    maps.onChange(change -> {
      ObjectMeta meta = change.latest().metadata();
      if (meta.name().equals(CA_MAP)) {
        caLoop.add(meta.namespace());
      }
    });
  }

  private static boolean isOpen(Namespace namespace) {
    return namespace.metadata().deletionTimestamp() == null;
  }

  static Plan account(Optional<Namespace> namespace, Optional<ServiceAccount> account) {
    if (namespace.isEmpty() || !isOpen(namespace.get()) || account.isPresent()) {
      return Plan.NOTHING;
    }
    ObjectMeta meta =
        ObjectMeta.builder().namespace(namespace.get().metadata().name()).name(ACCOUNT).build();
    return Plan.of(
        new Action.Create<>(ServiceAccount.KIND, ServiceAccount.builder().metadata(meta).build()));
  }

  static Plan ca(Optional<Namespace> namespace, Optional<ConfigMap> map, String caPem) {
    Map<String, String> data = Map.of(CA_KEY, caPem);
    if (namespace.isEmpty() || !isOpen(namespace.get())) {
      return Plan.NOTHING;
    }
    if (map.isPresent()) {
      ConfigMap mended = map.get().toBuilder().data(data).build();
      return map.get().data().equals(data)
          ? Plan.NOTHING
          : Plan.of(new Action.Update<>(ConfigMap.KIND, mended));
    }
    ObjectMeta meta =
        ObjectMeta.builder()
            .namespace(namespace.get().metadata().name())
            .name(CA_MAP)
            .annotations(Map.of(DESCRIPTION, PURPOSE))
            .build();
    return Plan.of(
        new Action.Create<>(ConfigMap.KIND, ConfigMap.builder().metadata(meta).data(data).build()));
  }

  @Override
  public void start() {
    accountLoop.start();
    caLoop.start();
  }

  @Override
  public void close() {
    accountLoop.close();
    caLoop.close();
  }
}
