package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Refusals;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.List;
import java.util.Set;

/** Nothing new in namespaces that are missing or ending; some namespaces cannot be deleted. */
final class NamespaceLifecycle implements AdmissionPlugin {
  private static final Set<String> IMMORTAL = Set.of("default", "kube-system", "kube-public");
  private final ObjectView view;

  NamespaceLifecycle(ObjectView view) {
    this.view = view;
  }

  @Override
  public String name() {
    return "NamespaceLifecycle";
  }

  @Override
  public void mutate(AdmissionRequest request) {
    check(request);
  }

  @Override
  public void validate(AdmissionRequest request) {
    check(request);
  }

  private void check(AdmissionRequest request) {
    if (request.resource().equals(Resource.NAMESPACES)) {
      boolean deletion = request.operation() == Operation.DELETE;
      if (deletion && request.subresource().isEmpty() && IMMORTAL.contains(request.name())) {
        throw Refusals.forbidden(
            Resource.NAMESPACES, request.name(), "this namespace may not be deleted");
      }
      return;
    }
    boolean writes =
        request.operation() == Operation.CREATE || request.operation() == Operation.UPDATE;
    if (request.namespace().isEmpty()
        || !writes
        || request.resource().group().equals("authorization.k8s.io")) {
      return;
    }
    JsonNode namespace =
        view.get(Resource.NAMESPACES, "", request.namespace())
            .orElseThrow(() -> Refusals.notFound(Resource.NAMESPACES, request.namespace()));
    if (request.operation() == Operation.CREATE && isEnding(namespace)) {
      throw ending(request);
    }
  }

  private static boolean isEnding(JsonNode namespace) {
    return Trees.text(namespace, "status", "phase").equals("Terminating")
        || !Trees.text(namespace, "metadata", "deletionTimestamp").isEmpty();
  }

  private static ApiException ending(AdmissionRequest request) {
    String namespace = request.namespace();
    ApiException plain =
        Refusals.forbidden(
            request.resource(),
            request.name(),
            "unable to create new content in namespace "
                + namespace
                + " because it is being terminated");
    var cause =
        new ApiException.Cause(
            "NamespaceTerminating",
            "namespace " + namespace + " is being terminated",
            "metadata.namespace");
    return new ApiException(
        Reason.FORBIDDEN,
        plain.text(),
        new ApiException.Details(
            request.resource().group(),
            request.resource().name(),
            request.name(),
            "",
            0,
            List.of(cause)));
  }
}
