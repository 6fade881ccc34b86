package dev.wherry.apiserver.admission;

import dev.wherry.apiserver.admission.podsecurity.PodSecurity;
import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.authz.RbacPolicy;
import dev.wherry.apiserver.view.ObjectView;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** The plugins of every cluster, in upstream's order. */
public final class DefaultPlugins {
  private DefaultPlugins() {}

  /**
   * The chain over a view; {@code random} makes volume names.
   *
   * @param tolerations how long pods stay on nodes that are silent
   * @param late plugins behind all others
   */
  public static AdmissionChain chain(
      ObjectView view,
      Authorizer authorizer,
      RbacPolicy policy,
      RandomGenerator random,
      PodTolerations tolerations,
      List<AdmissionPlugin> late) {
    List<AdmissionPlugin> all = new ArrayList<>();
    all.addAll(
        List.of(
            new NamespaceLifecycle(view),
            new LimitRanges(view),
            new PodServiceAccount(view, random),
            new NodeRestriction(view),
            new NodeTaints(),
            new PodSecurity(view),
            new PodPriority(view),
            tolerations,
            new ClaimStorageClass(view),
            new StorageInUse(),
            new ClaimResize(view),
            new PodRuntimeClass(view),
            new CertificateRules(authorizer),
            new DefaultIngressClass(view),
            new PodTopologyLabels(view),
            new RbacEscalation(authorizer, policy)));
    all.addAll(late);
    return new AdmissionChain(all);
  }
}
