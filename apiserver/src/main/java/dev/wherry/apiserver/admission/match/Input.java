package dev.wherry.apiserver.admission.match;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.cel.CelAuthorizer;
import dev.wherry.apiserver.cel.CelValues;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The values that expressions see of a request. */
public final class Input {
  private Input() {}

  /**
   * The variables of a request, by name; the caller may add to them.
   *
   * @param request with its objects in the matched version
   */
  public static Map<String, Object> of(
      AdmissionRequest request, Matched matched, Authorizer authorizer) {
    Map<String, Object> variables = new HashMap<>();
    variables.put("object", value(request.object()));
    variables.put("oldObject", value(request.oldObject()));
    variables.put("request", CelValues.dynamic(RequestJson.of(request, matched)));
    variables.put("authorizer", CelAuthorizer.of(request.user(), authorizer));
    variables.put(
        "authorizer.requestResource",
        CelAuthorizer.resource(
            request.user(),
            authorizer,
            request.info().group(),
            request.info().plural(),
            request.subresource(),
            request.namespace(),
            request.name()));
    return variables;
  }

  /** A tree as expressions see it; null where there is none. */
  public static Object value(Optional<ObjectNode> tree) {
    return CelValues.dynamic(tree.isPresent() ? (JsonNode) tree.get() : NullNode.getInstance());
  }
}
