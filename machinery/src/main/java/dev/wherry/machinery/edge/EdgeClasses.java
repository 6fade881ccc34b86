package dev.wherry.machinery.edge;

/** Names by which Ingresses and Gateways are ours. */
public final class EdgeClasses {
  /** The controller that an IngressClass of ours names. */
  public static final String INGRESS_CONTROLLER = "wherry.dev/ingress";

  /** The IngressClass that a new cluster has. */
  public static final String INGRESS_CLASS = "wherry";

  /** The annotation of an Ingress that was there before classes. */
  public static final String INGRESS_ANNOTATION = "kubernetes.io/ingress.class";

  /** The controller that a GatewayClass of ours names. */
  public static final String GATEWAY_CONTROLLER = "wherry.dev/gateway";

  public static final String GATEWAY_GROUP = "gateway.networking.k8s.io";

  private EdgeClasses() {}
}
