package dev.wherry.apiserver.admission.match;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.admission.KindForms;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Refusals;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.selector.Labels;
import dev.wherry.model.status.ApiException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds out whether a request is one that criteria are for (apiserver policy/matching). */
public final class Matcher {
  private static final String GROUP = "admissionregistration.k8s.io";
  private static final Set<String> EXEMPT =
      Set.of(
          "validatingwebhookconfigurations",
          "mutatingwebhookconfigurations",
          "validatingadmissionpolicies",
          "validatingadmissionpolicybindings",
          "mutatingadmissionpolicies",
          "mutatingadmissionpolicybindings");

  private final ObjectView view;
  private final KindForms forms;

  public Matcher(ObjectView view, KindForms forms) {
    this.view = view;
    this.forms = forms;
  }

  /** Whether nobody is asked: else a wrong configuration could not be taken back. */
  public static boolean isExempt(AdmissionRequest request) {
    return request.info().group().equals(GROUP) && EXEMPT.contains(request.info().plural());
  }

  /**
   * The form in which the criteria are for a request; empty when they are not.
   *
   * @throws ApiException 404 when the request's namespace is needed and missing
   */
  public Optional<Matched> match(Criteria criteria, AdmissionRequest request) {
    if (find(criteria.excluded(), criteria, request).isPresent()) {
      return Optional.empty();
    }
    Optional<KindInfo> found =
        criteria.everything()
            ? Optional.of(request.info())
            : find(criteria.rules(), criteria, request);
    if (found.isEmpty()
        || !objectFits(criteria.objects(), request)
        || !namespaceFits(criteria.namespaces(), request)) {
      return Optional.empty();
    }
    KindInfo resource = found.get();
    KindInfo body =
        resource.equals(request.info())
            ? request.body()
            : forms.body(resource, request.subresource());
    return Optional.of(new Matched(resource, body));
  }

  private Optional<KindInfo> find(List<Rule> rules, Criteria criteria, AdmissionRequest request) {
    if (rules.isEmpty()) {
      return Optional.empty();
    }
    for (Rule rule : rules) {
      if (rule.matches(request, request.info()) && rule.names(request)) {
        return Optional.of(request.info());
      }
    }
    if (!criteria.equivalent()) {
      return Optional.empty();
    }
    List<KindInfo> equivalents = forms.equivalents(request.info());
    for (Rule rule : rules) {
      for (KindInfo other : equivalents) {
        if (rule.matches(request, other) && rule.names(request)) {
          return Optional.of(other);
        }
      }
    }
    return Optional.empty();
  }

  private static boolean objectFits(Labels selector, AdmissionRequest request) {
    return isEmpty(selector)
        || fits(selector, request.object())
        || fits(selector, request.oldObject());
  }

  private static boolean isEmpty(Labels selector) {
    return selector.requirements().isEmpty() && !selector.nothing();
  }

  private static boolean fits(Labels selector, Optional<ObjectNode> object) {
    return object.isPresent() && selector.matches(labels(object.get()));
  }

  private static Map<String, String> labels(JsonNode object) {
    return Trees.textMap(object, "metadata", "labels");
  }

  private boolean namespaceFits(Labels selector, AdmissionRequest request) {
    boolean ofNamespace = request.resource().equals(Resource.NAMESPACES);
    if (isEmpty(selector) || (request.namespace().isEmpty() && !ofNamespace)) {
      return true;
    }
    boolean writes =
        request.operation() == Operation.CREATE || request.operation() == Operation.UPDATE;
    if (ofNamespace && request.subresource().isEmpty() && writes) {
      return fits(selector, request.object());
    }
    return selector.matches(labels(namespace(request.namespace())));
  }

  /**
   * A namespace by its name.
   *
   * @throws ApiException 404
   */
  public ObjectNode namespace(String name) {
    return view.get(Resource.NAMESPACES, "", name)
        .orElseThrow(() -> Refusals.notFound(Resource.NAMESPACES, name));
  }
}
