package dev.wherry.machinery.lease;

import dev.wherry.model.coordination.v1.Lease;

/**
 * The Leases that say which node answers for a load balancer's address on its link: the server
 * writes them, agents follow those they hold. The address stands in an annotation.
 */
public final class AddressLeases {
  public static final String NAMESPACE = "kube-system";
  public static final String LABEL = "wherry.dev/load-balancer";
  public static final String POOL = "pool";
  public static final String ADDRESS = "wherry.dev/address";

  /** The Service it is for, {@code NAMESPACE/NAME}. */
  public static final String SERVICE = "wherry.dev/service";

  /** Upstream's label: Services with it are no Service proxy's. */
  public static final String PROXY_LABEL = "service.kubernetes.io/service-proxy-name";

  /** The label's value for addresses at which the nodes' ingress answers, no endpoints. */
  public static final String INGRESS_PROXY = "wherry-ingress";

  /** Who answers at the address; {@link #INGRESS_PROXY}, or nothing for the Service proxy. */
  public static final String PROXY = "wherry.dev/proxy";

  private static final String NAME = "wherry-address-";

  private AddressLeases() {}

  /** The name of an address's Lease. */
  public static String name(String address) {
    return NAME + address.replace('.', '-').replace(':', '-');
  }

  /** Whether a Lease is of this kind. */
  public static boolean isOne(Lease lease) {
    return lease.metadata().namespace().equals(NAMESPACE)
        && POOL.equals(lease.metadata().labels().get(LABEL))
        && lease.metadata().name().startsWith(NAME);
  }

  /** Whether the nodes' ingress answers at the address itself. */
  public static boolean isOfIngress(Lease lease) {
    return INGRESS_PROXY.equals(lease.metadata().annotations().get(PROXY));
  }

  /** The address; "" where there is none. */
  public static String address(Lease lease) {
    return lease.metadata().annotations().getOrDefault(ADDRESS, "");
  }
}
