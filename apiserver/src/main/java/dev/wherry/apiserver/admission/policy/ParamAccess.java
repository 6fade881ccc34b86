package dev.wherry.apiserver.admission.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionPlugin;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.admission.KindForms;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.authz.AccessRequest;
import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.kind.GroupVersion;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import java.util.List;
import java.util.Optional;

/**
 * Nobody learns of objects through a policy that he may not read himself: who writes a policy with
 * a kind of parameters needs {@code get} on all of them, who writes a binding that names some needs
 * {@code get} or, with a selector, {@code list} on these (registry/admissionregistration authz.go).
 */
public final class ParamAccess implements AdmissionPlugin {
  private static final String GROUP = "admissionregistration.k8s.io";
  private static final String ALL = "*";

  private final ObjectView view;
  private final KindForms forms;
  private final Authorizer authorizer;

  /** Asks an authorizer about kinds that the forms know. */
  public ParamAccess(ObjectView view, KindForms forms, Authorizer authorizer) {
    this.view = view;
    this.forms = forms;
    this.authorizer = authorizer;
  }

  @Override
  public String name() {
    return "ParamAccess";
  }

  /**
   * What has to be readable.
   *
   * @param known what of it could not be found out; "" when all is known
   */
  private record Params(String group, String resource, String known) {}

  @Override
  public void validate(AdmissionRequest request) {
    boolean writes =
        request.operation() == Operation.CREATE || request.operation() == Operation.UPDATE;
    boolean ours = request.resource().group().equals(GROUP) && request.subresource().isEmpty();
    if (!writes || !ours || request.object().isEmpty() || request.user().isMaster()) {
      return;
    }
    JsonNode spec = request.object().get().path("spec");
    JsonNode old =
        request.oldObject().<JsonNode>map(o -> o.path("spec")).orElse(MissingNode.getInstance());
    switch (request.resource().name()) {
      case "validatingadmissionpolicies", "mutatingadmissionpolicies" ->
          policy(request, spec.path("paramKind"), old.path("paramKind"));
      case "validatingadmissionpolicybindings" ->
          binding(request, spec, old, "validatingadmissionpolicies");
      case "mutatingadmissionpolicybindings" ->
          binding(request, spec, old, "mutatingadmissionpolicies");
      default -> {
        // Webhooks have no parameters.
      }
    }
  }

  private void policy(AdmissionRequest request, JsonNode kind, JsonNode old) {
    if (!kind.isObject() || kind.equals(old)) {
      return;
    }
    Params params = params(kind);
    AccessRequest wanted =
        AccessRequest.resource(
            request.user(), "get", params.group(), params.resource(), "", ALL, ALL);
    if (!authorizer.allows(wanted)) {
      refuse(
          request,
          "spec.paramKind",
          "user "
              + shown(request.user())
              + " must have \"get\" permission on all objects of the referenced paramKind (kind="
              + Trees.text(kind, "kind")
              + ", apiVersion="
              + Trees.text(kind, "apiVersion")
              + ")");
    }
  }

  private void binding(AdmissionRequest request, JsonNode spec, JsonNode old, String policies) {
    JsonNode ref = spec.path("paramRef");
    boolean unchanged =
        ref.equals(old.path("paramRef")) && spec.path("policyName").equals(old.path("policyName"));
    if (!ref.isObject() || unchanged) {
      return;
    }
    String policyName = Trees.text(spec, "policyName");
    Optional<ObjectNode> policy = view.get(new Resource(GROUP, policies), "", policyName);
    Params params =
        policy
            .map(found -> params(found.path("spec").path("paramKind")))
            .orElseGet(() -> new Params(ALL, ALL, "get policy " + policyName));
    String name = Trees.text(ref, "name");
    String verb = name.isEmpty() ? "list" : "get";
    AccessRequest wanted =
        AccessRequest.resource(
            request.user(),
            verb,
            params.group(),
            params.resource(),
            "",
            Trees.text(ref, "namespace"),
            name);
    if (authorizer.allows(wanted)) {
      return;
    }
    String may = "user " + shown(request.user()) + " does not have \"" + verb + "\" permission";
    refuse(
        request,
        "spec.paramRef",
        params.known().isEmpty()
            ? may + " on the object referenced by paramRef"
            : "unable to "
                + params.known()
                + " to determine minimum required permissions and "
                + may
                + " for all groups, versions and resources");
  }

  /** Everything, as far as the kind leads to no resource. */
  private Params params(JsonNode kind) {
    if (!kind.isObject()) {
      return new Params(ALL, ALL, "");
    }
    String version = Trees.text(kind, "apiVersion");
    List<KindInfo> named = forms.named(version, Trees.text(kind, "kind"));
    if (named.isEmpty()) {
      return new Params(
          GroupVersion.of(version).group(), ALL, "resolve paramKind " + Trees.text(kind, "kind"));
    }
    return new Params(named.getFirst().group(), named.getFirst().plural(), "");
  }

  /** As Go prints a user. */
  private static String shown(UserInfo user) {
    StringBuilder extra = new StringBuilder();
    user.extra()
        .forEach((key, values) ->
            extra
                .append(extra.isEmpty() ? "" : " ")
                .append(key)
                .append(":[")
                .append(String.join(" ", values))
                .append(']'));
    return "&{%s %s [%s] map[%s]}"
        .formatted(user.name(), user.uid(), String.join(" ", user.groups()), extra);
  }

  private static void refuse(AdmissionRequest request, String field, String why) {
    throw ApiException.invalid(
        request.body(),
        request.name(),
        List.of(new ApiException.Cause("FieldValueForbidden", "Forbidden: " + why, field)));
  }
}
