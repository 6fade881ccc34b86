package dev.wherry.apiserver.authz;

import java.util.List;
import java.util.Set;

/**
 * What kubelets may do (upstream's Node authorizer): objects of pods bound to the node, the node's
 * own Node, lease and CSINode, and for everything else the fixed rules of the role {@code
 * system:node}. Has no opinion on other users.
 */
public final class NodeAuthorizer implements Authorizer {
  private static final String LEASE_NAMESPACE = "kube-node-lease";
  private static final Set<String> OWN_OBJECT_VERBS =
      Set.of("get", "create", "update", "patch", "delete");
  private static final Verdict ALLOWED = new Verdict.Allowed("");
  private static final Verdict NO = new Verdict.NoOpinion("");

  private final NodeGraph graph;
  private final EdgeSecrets edge;
  private final List<PolicyRule> nodeRules;

  /**
   * Judges by a graph, by the certificates that all nodes show, and by the rules of {@code
   * system:node} for what is not subdivided.
   */
  public NodeAuthorizer(NodeGraph graph, EdgeSecrets edge, List<PolicyRule> nodeRules) {
    this.graph = graph;
    this.edge = edge;
    this.nodeRules = List.copyOf(nodeRules);
  }

  @Override
  public Verdict authorize(AccessRequest request) {
    return request.user().nodeName().map(node -> judge(node, request)).orElse(NO);
  }

  private Verdict judge(String node, AccessRequest request) {
    if (node.isEmpty()) {
      return new Verdict.NoOpinion("unknown node for user \"" + request.user().name() + "\"");
    }
    if (!request.resourceRequest()) {
      return byRules(request);
    }
    return switch (request.group() + "/" + request.resource()) {
      case "/secrets" -> readNamespaced(node, NodeGraph.Type.SECRET, request);
      case "/configmaps" -> readNamespaced(node, NodeGraph.Type.CONFIG_MAP, request);
      case "/persistentvolumeclaims" -> claim(node, request);
      case "/persistentvolumes" -> getOnly(node, NodeGraph.Type.VOLUME, request);
      case "resource.k8s.io/resourceclaims" ->
          getOnly(node, NodeGraph.Type.RESOURCE_CLAIM, request);
      case "resource.k8s.io/resourceslices" -> resourceSlice(node, request);
      case "storage.k8s.io/volumeattachments" -> getOnly(node, NodeGraph.Type.ATTACHMENT, request);
      case "/serviceaccounts" -> serviceAccount(node, request);
      case "coordination.k8s.io/leases" -> lease(node, request);
      case "storage.k8s.io/csinodes" -> csiNode(node, request);
      case "/nodes" -> nodeObject(node, request);
      case "/pods" -> pod(node, request);
      default -> byRules(request);
    };
  }

  private Verdict byRules(AccessRequest request) {
    return nodeRules.stream().anyMatch(rule -> rule.allows(request)) ? ALLOWED : NO;
  }

  private Verdict related(String node, NodeGraph.Type type, AccessRequest request) {
    if (request.name().isEmpty()) {
      return new Verdict.NoOpinion("No Object name found");
    }
    if (graph.leadsTo(node, new NodeGraph.Ref(type, request.namespace(), request.name()))) {
      return ALLOWED;
    }
    return new Verdict.NoOpinion(
        "no relationship found between node '" + node + "' and this object");
  }

  private Verdict readNamespaced(String node, NodeGraph.Type type, AccessRequest request) {
    if (!request.isRead()) {
      return new Verdict.NoOpinion("can only read resources of this type");
    }
    if (!request.subresource().isEmpty()) {
      return new Verdict.NoOpinion("cannot read subresource");
    }
    if (request.namespace().isEmpty()) {
      return new Verdict.NoOpinion("can only read namespaced object of this type");
    }
    boolean atTheEdge =
        switch (type) {
          case SECRET -> edge.shows(request.namespace(), request.name());
          case CONFIG_MAP -> edge.trusts(request.namespace(), request.name());
          default -> false;
        };
    if (atTheEdge) {
      return ALLOWED;
    }
    return related(node, type, request);
  }

  private Verdict getOnly(String node, NodeGraph.Type type, AccessRequest request) {
    if (!request.verb().equals("get")) {
      return new Verdict.NoOpinion("can only get individual resources of this type");
    }
    if (!request.subresource().isEmpty()) {
      return new Verdict.NoOpinion("cannot get subresource");
    }
    return related(node, type, request);
  }

  private Verdict claim(String node, AccessRequest request) {
    if (!request.subresource().equals("status")) {
      return getOnly(node, NodeGraph.Type.CLAIM, request);
    }
    if (!isOneOf(request, "update", "patch")) {
      return new Verdict.NoOpinion("can only get/update/patch this type");
    }
    return related(node, NodeGraph.Type.CLAIM, request);
  }

  private Verdict resourceSlice(String node, AccessRequest request) {
    if (!request.subresource().isEmpty()) {
      return new Verdict.NoOpinion("cannot authorize ResourceSlice subresources");
    }
    return switch (request.verb()) {
      // NodeRestriction sees the object and compares its node name.
      case "create" -> ALLOWED;
      case "get", "update", "patch", "delete" ->
          related(node, NodeGraph.Type.RESOURCE_SLICE, request);
      case "watch", "list", "deletecollection" ->
          node.equals(request.selectors().fieldEqual("spec.nodeName"))
              ? ALLOWED
              : new Verdict.NoOpinion(
                  "can only list/watch/deletecollection resourceslices with nodeName field"
                      + " selector");
      default -> NO;
    };
  }

  private Verdict serviceAccount(String node, AccessRequest request) {
    if (request.verb().equals("get") && request.subresource().isEmpty()) {
      return readNamespaced(node, NodeGraph.Type.SERVICE_ACCOUNT, request);
    }
    if (!request.verb().equals("create") || request.name().isEmpty()) {
      return new Verdict.NoOpinion("can only create tokens for individual service accounts");
    }
    if (!request.subresource().equals("token")) {
      return new Verdict.NoOpinion("can only create token subresource of serviceaccount");
    }
    return related(node, NodeGraph.Type.SERVICE_ACCOUNT, request);
  }

  private Verdict lease(String node, AccessRequest request) {
    if (!OWN_OBJECT_VERBS.contains(request.verb())) {
      return new Verdict.NoOpinion("can only get, create, update, patch, or delete a node lease");
    }
    if (!request.namespace().equals(LEASE_NAMESPACE)) {
      return new Verdict.NoOpinion(
          "can only access leases in the \"" + LEASE_NAMESPACE + "\" system namespace");
    }
    return ownName(node, request, "node lease");
  }

  private Verdict csiNode(String node, AccessRequest request) {
    if (!OWN_OBJECT_VERBS.contains(request.verb())) {
      return new Verdict.NoOpinion("can only get, create, update, patch, or delete a CSINode");
    }
    if (!request.subresource().isEmpty()) {
      return new Verdict.NoOpinion("cannot authorize CSINode subresources");
    }
    return ownName(node, request, "CSINode");
  }

  private static Verdict ownName(String node, AccessRequest request, String what) {
    // A create has no name in its URL; NodeRestriction compares it.
    if (request.verb().equals("create") || request.name().equals(node)) {
      return ALLOWED;
    }
    return new Verdict.NoOpinion(
        "can only access " + what + " with the same name as the requesting node");
  }

  private static Verdict nodeObject(String node, AccessRequest request) {
    if (request.subresource().equals("status")) {
      return isOneOf(request, "update", "patch") ? ALLOWED : NO;
    }
    if (!request.subresource().isEmpty()) {
      return NO;
    }
    if (isOneOf(request, "create", "update", "patch")) {
      return ALLOWED;
    }
    if (!request.isRead()) {
      return NO;
    }
    if (request.name().equals(node)) {
      return ALLOWED;
    }
    return new Verdict.NoOpinion(
        request.name().isEmpty()
            ? "node '" + node + "' cannot read all nodes, only its own Node object"
            : "node '" + node + "' cannot read '" + request.name() + "', only its own Node object");
  }

  private Verdict pod(String node, AccessRequest request) {
    return switch (request.subresource()) {
      case "" -> podItself(node, request);
      case "status" -> isOneOf(request, "update", "patch") ? ALLOWED : NO;
      case "eviction" -> request.verb().equals("create") ? ALLOWED : NO;
      default -> NO;
    };
  }

  private Verdict podItself(String node, AccessRequest request) {
    return switch (request.verb()) {
      case "get" -> related(node, NodeGraph.Type.POD, request);
      case "list", "watch" -> {
        if (node.equals(request.selectors().fieldEqual("spec.nodeName"))) {
          yield ALLOWED;
        }
        yield request.name().isEmpty()
            ? new Verdict.NoOpinion("can only list/watch pods with spec.nodeName field selector")
            : related(node, NodeGraph.Type.POD, request);
      }
      // Mirror pods; NodeRestriction limits them to the node's own.
      case "create", "delete" -> ALLOWED;
      default -> NO;
    };
  }

  private static boolean isOneOf(AccessRequest request, String... verbs) {
    return List.of(verbs).contains(request.verb());
  }
}
