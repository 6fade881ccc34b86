package dev.wherry.apiserver.admission.policy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.admission.KindForms;
import dev.wherry.apiserver.admission.match.Input;
import dev.wherry.apiserver.admission.match.Matched;
import dev.wherry.apiserver.admission.match.Matcher;
import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.status.ApiException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which policies a request meets, by which bindings and with which parameters. */
final class Bindings {
  private final Matcher matcher;
  private final Params params;
  private final Authorizer authorizer;

  Bindings(ObjectView view, KindForms forms, Authorizer authorizer) {
    this.matcher = new Matcher(view, forms);
    this.params = new Params(view, forms);
    this.authorizer = authorizer;
  }

  /** Takes what was found, or why it could not be. */
  interface Finding {
    /** A policy meets the request. */
    void met(Policy policy, Binding binding, Matched matched, List<Optional<ObjectNode>> params);

    /** A policy cannot be judged. */
    void failed(Policy policy, Optional<Binding> binding, String why);
  }

  void find(List<PolicyList.Bound> bound, AdmissionRequest request, Finding finding) {
    for (PolicyList.Bound one : bound) {
      try {
        Optional<Matched> matched = matcher.match(one.policy().criteria(), request);
        if (matched.isPresent()) {
          find(one, request, matched.get(), finding);
        }
      } catch (ApiException e) {
        finding.failed(one.policy(), Optional.empty(), "failed to configure policy: " + e.text());
      }
    }
  }

  private void find(
      PolicyList.Bound bound, AdmissionRequest request, Matched matched, Finding finding) {
    for (Binding binding : bound.bindings()) {
      try {
        if (matcher.match(binding.criteria(), request).isPresent()) {
          List<Optional<ObjectNode>> found = params.of(bound.policy(), binding, request);
          finding.met(bound.policy(), binding, matched, found);
        }
      } catch (Params.Unusable e) {
        finding.failed(
            bound.policy(), Optional.of(binding), "failed to configure binding: " + e.getMessage());
      }
    }
  }

  /** What expressions see, but for parameters and variables. */
  Map<String, Object> input(AdmissionRequest request, Matched matched) {
    Map<String, Object> input = Input.of(request, matched, authorizer);
    boolean inNamespace =
        !request.namespace().isEmpty() && !request.resource().equals(Resource.NAMESPACES);
    Optional<ObjectNode> namespace =
        inNamespace ? Optional.of(matcher.namespace(request.namespace())) : Optional.empty();
    input.put("namespaceObject", Input.value(namespace));
    return input;
  }
}
