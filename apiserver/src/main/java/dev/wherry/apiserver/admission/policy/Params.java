package dev.wherry.apiserver.admission.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.admission.KindForms;
import dev.wherry.apiserver.view.LabelSelectors;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.selector.Labels;
import java.util.List;
import java.util.Optional;

/** Finds the parameters that a binding gives to its policy (policy/generic CollectParams). */
final class Params {
  private final ObjectView view;
  private final KindForms forms;

  Params(ObjectView view, KindForms forms) {
    this.view = view;
    this.forms = forms;
  }

  /** A binding that leads nowhere. */
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    Unusable(String message) {
      super(message, null, false, false);
    }
  }

  /** One parameter for each time the policy is to be judged; an empty one where it has none. */
  List<Optional<ObjectNode>> of(Policy policy, Binding binding, AdmissionRequest request)
      throws Unusable {
    JsonNode reference = binding.paramRef();
    if (!policy.paramKind().isObject() || !reference.isObject()) {
      return List.of(Optional.empty());
    }
    KindInfo kind = kind(policy.paramKind());
    String namespace = namespace(kind, reference, request);
    List<ObjectNode> found = found(kind, namespace, reference);
    boolean deny = Trees.text(reference, "parameterNotFoundAction").equals("Deny");
    if (found.isEmpty() && deny) {
      throw new Unusable("no params found for policy binding with `Deny` parameterNotFoundAction");
    }
    return found.stream().map(tree -> Optional.of(forms.fromStored(kind, tree))).toList();
  }

  private KindInfo kind(JsonNode paramKind) throws Unusable {
    String apiVersion = Trees.text(paramKind, "apiVersion");
    String name = Trees.text(paramKind, "kind");
    List<KindInfo> kinds = forms.named(apiVersion, name);
    if (kinds.isEmpty()) {
      throw new Unusable(
          "paramKind kind `&ParamKind{APIVersion:%s,Kind:%s,}` not known"
              .formatted(apiVersion, name));
    }
    return kinds.getFirst();
  }

  private static String namespace(KindInfo kind, JsonNode reference, AdmissionRequest request)
      throws Unusable {
    String given = Trees.text(reference, "namespace");
    if (!kind.namespaced()) {
      if (!given.isEmpty()) {
        throw new Unusable(
            "paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
      }
      return "";
    }
    String namespace = given.isEmpty() ? request.namespace() : given;
    if (namespace.isEmpty()) {
      throw new Unusable(
          "cannot use namespaced paramRef in policy binding that matches cluster-scoped"
              + " resources");
    }
    return namespace;
  }

  private List<ObjectNode> found(KindInfo kind, String namespace, JsonNode reference)
      throws Unusable {
    Resource resource = new Resource(kind.group(), kind.plural());
    String name = Trees.text(reference, "name");
    boolean selects = reference.path("selector").isObject();
    if (!name.isEmpty()) {
      if (selects) {
        throw new Unusable("paramRef.name and paramRef.selector are mutually exclusive");
      }
      return view.get(resource, namespace, name).stream().toList();
    }
    if (!selects) {
      throw new Unusable("one of name or selector must be provided");
    }
    Labels selector = LabelSelectors.labels(reference.path("selector"));
    return view.list(resource, namespace).stream()
        .filter(object -> selector.matches(Trees.textMap(object, "metadata", "labels")))
        .toList();
  }
}
