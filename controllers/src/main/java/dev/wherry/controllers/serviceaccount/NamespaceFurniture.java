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
import java.util.ArrayList;
import java.util.List;
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

  private final PlanController<String> loop;

  public NamespaceFurniture(Parts parts, String caPem) {
    Informer<Namespace> namespaces = parts.informers().of(Namespace.KIND);
    Informer<ServiceAccount> accounts = parts.informers().of(ServiceAccount.KIND);
    Informer<ConfigMap> maps = parts.informers().of(ConfigMap.KIND);
    loop =
        new PlanController<>(
            "namespace-furniture",
            WORKERS,
            parts,
            (name, _) ->
                decide(
                    namespaces.get("", name),
                    accounts.get(name, ACCOUNT),
                    maps.get(name, CA_MAP),
                    caPem));
    namespaces.onChange(change -> loop.add(change.latest().metadata().name()));
    accounts.onChange(change -> {
      ObjectMeta meta = change.latest().metadata();
      if (change instanceof Change.Removed<ServiceAccount> && meta.name().equals(ACCOUNT)) {
        loop.add(meta.namespace());
      }
    });
    maps.onChange(change -> {
      ObjectMeta meta = change.latest().metadata();
      if (meta.name().equals(CA_MAP)) {
        loop.add(meta.namespace());
      }
    });
  }

  static Plan decide(
      Optional<Namespace> namespace,
      Optional<ServiceAccount> account,
      Optional<ConfigMap> map,
      String caPem) {
    if (namespace.isEmpty() || namespace.get().metadata().deletionTimestamp() != null) {
      return Plan.NOTHING;
    }
    String in = namespace.get().metadata().name();
    List<Action> actions = new ArrayList<>();
    if (account.isEmpty()) {
      ObjectMeta meta = ObjectMeta.builder().namespace(in).name(ACCOUNT).build();
      actions.add(
          new Action.Create<>(
              ServiceAccount.KIND, ServiceAccount.builder().metadata(meta).build()));
    }
    Map<String, String> data = Map.of(CA_KEY, caPem);
    if (map.isEmpty()) {
      ObjectMeta meta =
          ObjectMeta.builder()
              .namespace(in)
              .name(CA_MAP)
              .annotations(Map.of(DESCRIPTION, PURPOSE))
              .build();
      actions.add(
          new Action.Create<>(
              ConfigMap.KIND, ConfigMap.builder().metadata(meta).data(data).build()));
    } else if (!map.get().data().equals(data)) {
      actions.add(new Action.Update<>(ConfigMap.KIND, map.get().toBuilder().data(data).build()));
    }
    return Plan.of(actions);
  }

  @Override
  public void start() {
    loop.start();
  }

  @Override
  public void close() {
    loop.close();
  }
}
