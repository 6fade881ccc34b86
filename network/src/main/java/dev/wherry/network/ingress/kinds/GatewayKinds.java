package dev.wherry.network.ingress.kinds;

import dev.wherry.machinery.edge.EdgeClasses;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.network.trees.TreeObject;
import java.util.List;

/** The kinds of Gateway API that are served, in the version of its standard channel. */
public final class GatewayKinds {
  public static final String GROUP = EdgeClasses.GATEWAY_GROUP;

  /** Which GatewayClasses are ours. */
  public static final String CONTROLLER = EdgeClasses.GATEWAY_CONTROLLER;

  public static final Kind<TreeObject> GATEWAY_CLASS =
      kind("v1", "GatewayClass", "gatewayclasses", false);
  public static final Kind<TreeObject> GATEWAY = kind("v1", "Gateway", "gateways", true);
  public static final Kind<TreeObject> HTTP_ROUTE = kind("v1", "HTTPRoute", "httproutes", true);
  public static final Kind<TreeObject> GRPC_ROUTE = kind("v1", "GRPCRoute", "grpcroutes", true);
  public static final Kind<TreeObject> TLS_ROUTE = kind("v1", "TLSRoute", "tlsroutes", true);
  public static final Kind<TreeObject> TCP_ROUTE = kind("v1", "TCPRoute", "tcproutes", true);
  public static final Kind<TreeObject> BACKEND_TLS_POLICY =
      kind("v1", "BackendTLSPolicy", "backendtlspolicies", true);
  public static final Kind<TreeObject> REFERENCE_GRANT =
      kind("v1beta1", "ReferenceGrant", "referencegrants", true);

  /** All of them. */
  public static final List<Kind<TreeObject>> ALL =
      List.of(
          GATEWAY_CLASS,
          GATEWAY,
          HTTP_ROUTE,
          GRPC_ROUTE,
          TLS_ROUTE,
          TCP_ROUTE,
          BACKEND_TLS_POLICY,
          REFERENCE_GRANT);

  private GatewayKinds() {}

  private static Kind<TreeObject> kind(
      String version, String kind, String plural, boolean namespaced) {
    return TreeObject.kind(new KindInfo(GROUP, version, kind, plural, namespaced));
  }
}
