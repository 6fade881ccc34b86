package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Refusals;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.status.ApiException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A kubelet writes only its own Node, lease and CSINode, only the pods bound to it, and asks only
 * for tokens of those pods (upstream's NodeRestriction).
 */
final class NodeRestriction implements AdmissionPlugin {
  private static final Resource LEASES = new Resource("coordination.k8s.io", "leases");
  private static final Resource CSI_NODES = new Resource("storage.k8s.io", "csinodes");
  private static final Resource SLICES = new Resource("resource.k8s.io", "resourceslices");
  private static final String LEASE_NAMESPACE = "kube-node-lease";
  private static final String MIRROR = "kubernetes.io/config.mirror";

  private final ObjectView view;

  NodeRestriction(ObjectView view) {
    this.view = view;
  }

  @Override
  public String name() {
    return "NodeRestriction";
  }

  @Override
  public void validate(AdmissionRequest request) {
    request.user().nodeName().ifPresent(node -> check(node, request));
  }

  private void check(String node, AdmissionRequest request) {
    Resource resource = request.resource();
    if (resource.equals(Resource.PODS)) {
      checkPod(node, request);
    } else if (resource.equals(Resource.NODES)) {
      checkNode(node, request);
    } else if (resource.equals(Resource.SERVICE_ACCOUNTS)
        && request.subresource().equals("token")) {
      checkToken(node, request);
    } else if (resource.equals(LEASES)) {
      checkLease(node, request);
    } else if (resource.equals(CSI_NODES)) {
      requireOwnName(node, request, "CSINode");
    } else if (resource.equals(SLICES)) {
      checkSlice(node, request);
    }
  }

  private void checkPod(String node, AdmissionRequest request) {
    switch (request.subresource()) {
      case "" -> checkPodItself(node, request);
      case "status" -> checkPodStatus(node, request);
      case "eviction" ->
          requireOwnPod(
              node,
              request,
              view.get(Resource.PODS, request.namespace(), request.name()),
              "can only evict pods with spec.nodeName set to itself");
      default ->
          throw refuse(
              request, node, "unexpected pod subresource \"" + request.subresource() + "\"");
    }
  }

  private void checkPodItself(String node, AdmissionRequest request) {
    switch (request.operation()) {
      case CREATE -> checkMirrorPod(node, request);
      case DELETE ->
          requireOwnPod(
              node,
              request,
              request.oldObject(),
              "can only delete pods with spec.nodeName set to itself");
      case UPDATE, CONNECT ->
          throw refuse(request, node, "unexpected operation " + request.operation());
    }
  }

  private static void checkMirrorPod(String node, AdmissionRequest request) {
    ObjectNode pod = required(request);
    if (!Trees.at(pod, "metadata", "annotations").has(MIRROR)) {
      throw Refusals.forbidden(
          Resource.PODS,
          request.name(),
          "pod does not have \""
              + MIRROR
              + "\" annotation, node \""
              + node
              + "\" can only create mirror pods");
    }
    if (!Trees.text(pod, "spec", "nodeName").equals(node)) {
      throw refuse(request, node, "can only create pods with spec.nodeName set to itself");
    }
    String forbidden = MirrorPods.forbiddenReference(pod);
    if (!forbidden.isEmpty()) {
      throw refuse(request, node, "can not create pods that reference " + forbidden);
    }
  }

  private static void checkPodStatus(String node, AdmissionRequest request) {
    if (request.operation() != Operation.UPDATE) {
      throw refuse(request, node, "unexpected operation " + request.operation());
    }
    requireOwnPod(
        node,
        request,
        request.oldObject(),
        "can only update pod status for pods with spec.nodeName set to itself");
    Map<String, String> before =
        request.oldObject().map(o -> Trees.textMap(o, "metadata", "labels")).orElse(Map.of());
    if (!before.equals(Trees.textMap(required(request), "metadata", "labels"))) {
      throw refuse(request, node, "cannot update labels through pod status");
    }
  }

  private static void requireOwnPod(
      String node, AdmissionRequest request, Optional<ObjectNode> pod, String why) {
    // A deletecollection has no single old object; the registry asks again for each pod.
    if (pod.isPresent() && !Trees.text(pod.get(), "spec", "nodeName").equals(node)) {
      throw refuse(request, node, why);
    }
  }

  private static void checkNode(String node, AdmissionRequest request) {
    String name = request.name().isEmpty() ? Trees.name(required(request)) : request.name();
    if (!name.equals(node)) {
      throw refuse(request, node, "is not allowed to modify node \"" + name + "\"");
    }
    if (request.operation() == Operation.CREATE) {
      checkLabels(node, request, Map.of());
    }
    if (request.operation() != Operation.UPDATE || request.oldObject().isEmpty()) {
      return;
    }
    ObjectNode old = request.oldObject().get();
    ObjectNode next = required(request);
    checkLabels(node, request, Trees.textMap(old, "metadata", "labels"));
    if (!sameList(Trees.at(old, "spec", "taints"), Trees.at(next, "spec", "taints"))) {
      throw refuse(request, node, "is not allowed to modify taints");
    }
    if (!sameList(
        Trees.at(old, "metadata", "ownerReferences"),
        Trees.at(next, "metadata", "ownerReferences"))) {
      throw refuse(request, node, "is not allowed to modify ownerReferences");
    }
  }

  private static boolean sameList(JsonNode one, JsonNode other) {
    return (one.isEmpty() && other.isEmpty()) || one.equals(other);
  }

  private static void checkLabels(
      String node, AdmissionRequest request, Map<String, String> before) {
    Map<String, String> after = Trees.textMap(required(request), "metadata", "labels");
    TreeSet<String> changed = new TreeSet<>(before.keySet());
    changed.addAll(after.keySet());
    changed.removeIf(label ->
        NodeLabels.isAllowed(label)
            || Optional.ofNullable(before.get(label))
                .equals(Optional.ofNullable(after.get(label))));
    if (!changed.isEmpty()) {
      throw refuse(
          request,
          node,
          (request.operation() == Operation.CREATE
                  ? "is not allowed to set the following labels: "
                  : "is not allowed to modify labels: ")
              + String.join(", ", changed));
    }
  }

  private void checkToken(String node, AdmissionRequest request) {
    JsonNode spec = required(request).path("spec");
    JsonNode reference = spec.path("boundObjectRef");
    if (!Trees.text(reference, "kind").equals("Pod")
        || !Trees.text(reference, "apiVersion").equals("v1")) {
      throw Refusals.forbidden(
          Resource.SERVICE_ACCOUNTS, request.name(), "node requested token not bound to a pod");
    }
    String uid = Trees.text(reference, "uid");
    if (uid.isEmpty()) {
      throw Refusals.forbidden(
          Resource.SERVICE_ACCOUNTS,
          request.name(),
          "node requested token with a pod binding without a uid");
    }
    String podName = Trees.text(reference, "name");
    ObjectNode pod =
        view.get(Resource.PODS, request.namespace(), podName)
            .orElseThrow(() -> Refusals.notFound(Resource.PODS, podName));
    if (!Trees.uid(pod).equals(uid)) {
      throw Refusals.conflict(
          Resource.PODS, podName, "the UID in the token request does not match the pod");
    }
    if (!Trees.text(pod, "spec", "nodeName").equals(node)) {
      throw Refusals.forbidden(
          Resource.SERVICE_ACCOUNTS,
          request.name(),
          "node requested token bound to a pod scheduled on a different node");
    }
    checkAudiences(request, pod, Trees.texts(spec, "audiences"));
  }

  private static void checkAudiences(
      AdmissionRequest request, ObjectNode pod, List<String> audiences) {
    for (String audience : audiences) {
      if (!MirrorPods.asksForAudience(pod, audience)) {
        throw Refusals.forbidden(
            Resource.SERVICE_ACCOUNTS,
            request.name(),
            "audience \"" + audience + "\" not found in pod spec volume");
      }
    }
  }

  private static void checkLease(String node, AdmissionRequest request) {
    if (!request.namespace().equals(LEASE_NAMESPACE)) {
      throw Refusals.forbidden(
          LEASES,
          request.name(),
          "can only access leases in the \"" + LEASE_NAMESPACE + "\" system namespace");
    }
    requireOwnName(node, request, "node lease");
  }

  private static void requireOwnName(String node, AdmissionRequest request, String what) {
    String name = request.name().isEmpty() ? Trees.name(required(request)) : request.name();
    if (!name.equals(node)) {
      throw Refusals.forbidden(
          request.resource(),
          name,
          "can only access " + what + " with the same name as the requesting node");
    }
  }

  private static void checkSlice(String node, AdmissionRequest request) {
    Optional<ObjectNode> judged =
        request.operation() == Operation.CREATE ? request.object() : request.oldObject();
    if (judged.isPresent() && !Trees.text(judged.get(), "spec", "nodeName").equals(node)) {
      throw Refusals.forbidden(
          SLICES,
          request.name(),
          "can only access ResourceSlice with the same NodeName as the requesting node");
    }
  }

  private static ObjectNode required(AdmissionRequest request) {
    return request.object().orElseThrow(() -> ApiException.badRequest("the request has no object"));
  }

  private static ApiException refuse(AdmissionRequest request, String node, String why) {
    return Refusals.forbidden(request.resource(), request.name(), "node \"" + node + "\" " + why);
  }
}
